import type { Happening, Narrator, Place, Row } from './happenings.js';
import { clip, createPaint, type Ink, type Paint, pageWidth, wrap } from './layout.js';
import { type Line, type Sayable, sayingOf } from './sayings.js';

const groupMs = 400;
const margin = '          ';
const whereWidth = 28;
const wordWidth = 10;
const textWidth = pageWidth - margin.length - whereWidth - wordWidth;

/** What is told at once; the rest is held back for a moment, to be grouped. */
type Told = Exclude<Happening, Sayable>;

const told: ReadonlySet<string> = new Set<Told['event']>(['step', 'commit', 'command', 'jenkins', 'table', 'errors']);

function isObservation(happening: Happening): happening is Sayable {
  return !told.has(happening.event);
}

/** For people: one line an event, alike ones that come together in one line. */
export class PeopleNarrator implements Narrator {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  readonly #start: number;
  readonly #paint: Paint;
  readonly #said = new Set<string>();
  #held: { at: number; line: Line; places: Place[] }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { write: (text: string) => void; now: () => number; colored: boolean }) {
    this.#write = options.write;
    this.#now = options.now;
    this.#start = options.now();
    this.#paint = createPaint(options.colored);
  }

  tell(happening: Happening): void {
    if (happening.event === 'table') this.#table(happening.title, happening.rows);
    else if (isObservation(happening)) this.#observe(happening);
    else {
      this.flush();
      this.#deed(happening);
    }
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { at, line, places } of this.#held.splice(0)) this.#line(at, line, places);
  }

  #deed(deed: Exclude<Told, { event: 'table' }>): void {
    const now = this.#time(this.#now());
    const room = pageWidth - margin.length;
    switch (deed.event) {
      case 'step':
        this.#step(deed);
        break;
      case 'commit':
        this.#print(
          `${now}${this.#paint('magenta', 'git')}  ${deed.commit}  ${deed.author}: ${this.#paint('bold', deed.subject)}`,
        );
        for (const line of deed.changes.flatMap((change) => wrap(change, room - 5)))
          this.#print(`${margin}     ${this.#paint('dim', line)}`);
        break;
      case 'command':
        wrap(`$ ${deed.line}`, room - 4).forEach((line, at, { length }) => {
          this.#print(`${at === 0 ? now : `${margin}    `}${this.#paint('blue', at + 1 < length ? `${line} \\` : line)}`);
        });
        break;
      case 'jenkins':
        this.#print(`${now}${this.#paint('magenta', 'Jenkins')}  ${deed.user} starts ${this.#paint('bold', deed.job)} by hand`);
        this.#print(`${margin}         ${this.#paint('dim', clip(toText(deed.parameters), room - 9))}`);
        break;
      case 'errors':
        for (const { file, line, column, message } of deed.errors) this.#error(`${file}:${line}:${column}`, message);
        break;
    }
  }

  #observe(observation: Sayable): void {
    const line = sayingOf(observation);
    if (line === undefined || (line.once !== undefined && this.#said.has(line.once))) return;
    if (line.once !== undefined) this.#said.add(line.once);
    const { place } = observation;
    const twin = this.#held.find(
      (held) => held.line.group !== undefined && held.line.group === line.group && held.places[0]?.product === place.product,
    );
    if (twin !== undefined) {
      twin.places.push(place);
      return;
    }
    this.#held.push({ at: this.#now(), line, places: [place] });
    this.#timer ??= setTimeout(() => this.flush(), groupMs);
  }

  #line(at: number, { word, ink, text, more = [], list = [] }: Line, places: readonly Place[]): void {
    const [first] = places;
    const names = places.length <= 1 ? (first?.name ?? '') : `${places.length} environments`;
    const where = `${first?.product ?? ''} ${names}`.padEnd(whereWidth);
    const [head = '', ...rest] = wrap(text, textWidth);
    this.#print(`${this.#time(at)}${where}${this.#paint(ink, word.padEnd(wordWidth))}${head}`);
    const indent = ' '.repeat(pageWidth - textWidth);
    for (const line of rest) this.#print(`${indent}${line}`);
    if (places.length > 1) {
      const all = places
        .map(({ name }) => name)
        .sort(byStage)
        .join(', ');
      for (const line of wrap(all, textWidth)) this.#print(`${indent}${this.#paint('dim', line)}`);
    }
    for (const line of inColumns(list)) this.#print(`${margin}${this.#paint('dim', line)}`);
    for (const line of more.flatMap((text) => wrap(text, textWidth))) this.#print(`${indent}${this.#paint('dim', line)}`);
  }

  #error(where: string, message: string): void {
    this.#print(`${this.#time(this.#now())}${this.#paint('red', 'refused')}  ${this.#paint('bold', where)}`);
    for (const line of wrap(message, pageWidth - margin.length - 9)) this.#print(`${margin}         ${line}`);
  }

  #step({ number, title, text }: Extract<Happening, { event: 'step' }>): void {
    this.flush();
    const head = `── ${number}. ${title} `;
    this.#print('');
    this.#print(this.#paint('bold', head.padEnd(pageWidth, '─')));
    for (const line of wrap(text, pageWidth - 3)) this.#print(`   ${this.#paint('dim', line)}`);
    this.#print('');
  }

  #table(title: string, rows: readonly Row[]): void {
    const widths = [9, 19, 8, 9] as const;
    const cells = (texts: readonly string[]) => texts.map((text, index) => text.padEnd(widths[index] ?? 0)).join('');
    const room = pageWidth - 3 - widths.reduce((sum, width) => sum + width, 0);
    this.#print('');
    this.#print(`   ${this.#paint('bold', title)}`);
    this.#print(`   ${this.#paint('dim', `${cells(['PRODUCT', 'ENVIRONMENT', 'DESIRED', 'DEPLOYED'])}STATUS`)}`);
    for (const { place, desired, deployed, ready, status } of rows) {
      const ink: Ink = ready ? 'green' : 'yellow';
      const text = cells([place.product, place.name, desired, deployed]);
      this.#print(`   ${text}${this.#paint(ink, clip(status, room))}`);
    }
  }

  #time(at: number): string {
    return this.#paint('dim', `${((at - this.#start) / 1000).toFixed(1).padStart(6)} s  `);
  }

  #print(line: string): void {
    this.#write(`${line.trimEnd()}\n`);
  }
}

function toText(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Two columns, read downwards. */
function inColumns(items: readonly string[]): string[] {
  const half = Math.ceil(items.length / 2);
  return items.slice(0, half).map((item, index) => `  ${item.padEnd(42)}${items[half + index] ?? ''}`);
}

const stages = ['qa', 'feature', 'delta', 'alpha', 'beta', 'uat', 'production'];

function byStage(a: string, b: string): number {
  const rank = (name: string): number => stages.findIndex((stage) => name.startsWith(stage));
  return rank(a) - rank(b) || a.localeCompare(b);
}
