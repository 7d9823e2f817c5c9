import type { Shell } from '../cli/completion.js';
import type { Terminal } from '../cli/terminal.js';
import type { Candidate, Completion } from '../core/terminal/completing.js';
import { withApi } from '../operate/api.js';
import { operateOptions } from './cluster.js';

const deadlineMs = 2_000;

/** `towpath completion`: the script of a shell, which asks `towpath __complete`. */
export async function runCompletion(shell: Shell, terminal: Terminal): Promise<number> {
  terminal.stdout(scripts[shell]);
  return 0;
}

/** `towpath __complete`: never says what is wrong, since the line is only half written. */
export async function runComplete(wanted: Completion & { readonly current: string }, terminal: Terminal): Promise<number> {
  const names = wanted.names === undefined ? [] : await namesOf(wanted.names, wanted).catch(() => []);
  const fitting = names.filter((name) => name.startsWith(wanted.current)).map((word): Candidate => ({ word }));
  const lines = [...wanted.candidates, ...fitting].map(({ word, description }) =>
    description === undefined ? word : `${word}\t${description}`,
  );
  if (wanted.files === true) lines.push(':files');
  terminal.stdout(lines.map((line) => `${line}\n`).join(''));
  return 0;
}

async function namesOf(
  what: NonNullable<Completion['names']>,
  { cluster, current, product }: Completion & { readonly current: string },
): Promise<string[]> {
  return withApi(operateOptions(cluster, deadlineMs), async (api) => {
    if (what === 'releases' || what === 'runs' || what === 'holds' || what === 'sources') {
      const named: readonly { readonly metadata: { readonly name: string } }[] = (await api.list(what)).items;
      return sorted(named.map(({ metadata }) => metadata.name));
    }
    const labels = product === undefined ? {} : { labels: { product } };
    if (what === 'versions') return sorted((await api.list('releases', labels)).items.map(({ spec }) => spec.version));
    const { items } = await api.list('environments', labels);
    if (what === 'places') return sorted(items.map(({ spec }) => spec.environment));
    if (what === 'products') return sorted(items.map(({ spec }) => spec.product));
    if (what === 'stages') return sorted(items.map(({ spec }) => spec.stage));
    if (what === 'clients') return sorted(items.flatMap(({ spec }) => spec.client ?? []));
    const full = items.map(({ metadata }) => metadata.name);
    // The name of the environment alone is enough where one product has it; the full one is offered where it is being written.
    const own = items.map(({ spec }) => spec.environment);
    const once = own.filter((name) => own.indexOf(name) === own.lastIndexOf(name));
    return sorted(full.some((name) => name.startsWith(current)) ? full : once);
  });
}

const sorted = (names: readonly string[]): string[] =>
  [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

const bash = `# Completion of towpath for bash: source <(towpath completion bash)
_towpath() {
  local line words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _towpath towpath
`;

const zsh = `#compdef towpath
# Completion of towpath for zsh: towpath completion zsh > "\${fpath[1]}/_towpath"
_towpath() {
  local line
  local -a described files
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=(1)
    else
      described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#described} )) && _describe towpath described
  (( \${#files} )) && _files
}
if [[ $funcstack[1] == _towpath ]]; then _towpath "$@"; else compdef _towpath towpath; fi
`;

const fish = `# Completion of towpath for fish: towpath completion fish > ~/.config/fish/completions/towpath.fish
function __towpath_complete
  set -l words (commandline -opc)[2..-1] (commandline -ct)
  towpath __complete -- $words 2>/dev/null | while read -l line
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c towpath -f -a '(__towpath_complete)'
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
