import { Argument, type Command } from 'commander';
import { type CommandShape, type Completion, complete } from '../core/terminal/completing.js';
import type { Done } from './registration.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export interface CompletionCommands {
  completion(shell: Shell): Promise<number>;
  /** Prints what the word that is being written can become, one a line: the word, a tab, what it is. */
  complete(wanted: Completion & { readonly current: string }): Promise<number>;
}

export function addCompletion(program: Command, commands: CompletionCommands, done: Done): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and names of the cluster in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText('after', `\n${help}`)
    .action(async (shell) => done(await commands.completion(shell)));
  program
    .command('__complete', { hidden: true })
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      done(await commands.complete({ ...complete(shapeOf(program), words), current: words.at(-1) ?? '' }));
    });
}

function shapeOf(command: Command): CommandShape {
  return {
    name: command.name(),
    description: command.description(),
    commands: command.commands.filter((one) => !one.name().startsWith('__')).map(shapeOf),
    options: [
      ...command.options.map(({ short, long, description, required, optional, argChoices }) => ({
        flags: [short, long].filter((flag) => flag !== undefined && flag !== null) as string[],
        description,
        takesValue: required || optional,
        choices: argChoices ?? [],
      })),
      { flags: ['--help', '-h'], description: 'display help', takesValue: false, choices: [] },
    ],
    args: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      variadic: argument.variadic,
      choices: argument.argChoices ?? [],
    })),
  };
}

const help = `Examples:
  source <(towpath completion bash)                                          in ~/.bashrc
  towpath completion zsh > "\${fpath[1]}/_towpath"                            once; then start zsh anew
  towpath completion fish > ~/.config/fish/completions/towpath.fish          once

Names come from the cluster that kubectl would use, or that --kubeconfig names on the line; where it does not answer within two
seconds there are none.`;
