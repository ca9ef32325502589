/** The scripts by which shells complete a line: they ask `lockstep --complete WORD…`. */
import { EXIT } from '../../exit-code.ts';
import { subcommand } from '../../subcommand.ts';

/** Each calls the first word of the line, wherever that program is, and falls back to files. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_lockstep() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" --complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _lockstep lockstep`,
  zsh: `_lockstep() {
  local -a found
  found=("\${(@f)$("\${words[1]}" --complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
compdef _lockstep lockstep`,
  fish: `function __lockstep
  set -l line (commandline -opc)
  set -l typed (commandline -ct)
  set -l found ($line[1] --complete $line[2..-1] "$typed" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$typed"
  end
end
complete -c lockstep -f -a '(__lockstep)'`,
};

export const completion = subcommand({
  usage: 'completion <shell>',
  describe: 'Print a script for completion in the shell',
  positionals: {
    shell: { choices: ['bash', 'zsh', 'fish'], demandOption: true, describe: 'The shell' },
  },
  options: {},
  examples: [
    ['source <($0 completion bash)', 'in ~/.bashrc'],
    ['source <($0 completion zsh)', 'in ~/.zshrc, behind compinit'],
    ['$0 completion fish | source', 'in ~/.config/fish/config.fish'],
  ],
  async run({ shell }, terminal) {
    await terminal.value(SCRIPTS[shell] ?? '');
    return EXIT.done;
  },
});
