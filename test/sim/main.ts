import { draw } from './plan.js';
import { simulate } from './simulation.js';
import { installVirtualTime } from './virtual-time.js';

const started = process.hrtime.bigint();
const seconds = () => Number(process.hrtime.bigint() - started) / 1e9;
const argument = (name: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

const time = installVirtualTime();
const first = Number(argument('seed') ?? 1);
const count = Number(argument('seeds') ?? 1);
const isTraced = process.argv.includes('--trace');
let [virtualMs, failed, builds, posts, tasks] = [0, 0, 0, 0, 0];
for (let seed = first; seed < first + count; seed += 1) {
  const report = await simulate(draw(seed), time, isTraced ? (line) => process.stdout.write(`${line}\n`) : undefined);
  virtualMs += report.virtualMs;
  builds += report.builds;
  posts += report.posts;
  tasks += report.tasks;
  if (report.violation !== undefined) {
    failed += 1;
    process.stdout.write(`seed ${seed} failed after ${Math.round(report.violation.at / 1000)} s: ${report.violation.message}\n`);
  }
}
process.stdout.write(
  `${count} seeds, ${failed} failed, ${(virtualMs / 3.6e6).toFixed(1)} simulated hours in ${seconds().toFixed(1)} s, ${builds} builds, ${posts} POSTs, ${tasks} tasks\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
