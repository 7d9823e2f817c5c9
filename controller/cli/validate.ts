import { type Command, Option } from 'commander';
import type { Done } from './registration.js';

export type ValidateFormat = 'human' | 'json' | 'github' | 'sarif';

export interface ValidateCommand {
  validate(directory: string, flags: { format: ValidateFormat }): Promise<number>;
}

export function addValidate(program: Command, commands: ValidateCommand, done: Done): void {
  program
    .command('validate')
    .description('check a release repository: exit 0 valid, 1 invalid, 2 usage')
    .argument('[directory]', 'the folder that the documents are in', '.')
    .addOption(new Option('--format <format>', 'how to print').choices(['human', 'json', 'github', 'sarif']).default('human'))
    .addHelpText('after', `\n${validateHelp}`)
    .action(async (directory, flags) => done(await commands.validate(directory, flags)));
}

const validateHelp = `Examples:
  towpath validate
  towpath validate path/to/repository --format github      annotations of a pull request
  towpath validate --format sarif > towpath.sarif

Exit status: 0 when every document is valid; 1 when one is not; 2 when the folder cannot be read, and for wrong usage.`;
