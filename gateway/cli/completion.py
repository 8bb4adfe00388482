"""`completion`: what a shell reads to complete the commands; it is click's own, but for one word in that for fish.

Click's fish takes a line apart at each of its commas, so that of `hangzhou,shanghai` it would offer `hangzhou`."""

import click
from click.shell_completion import get_completion_class

_AT_EVERY_COMMA = 'string split "," $completion'
_AT_THE_FIRST = 'string split --max 1 "," $completion'
_PROGRAM = "leasebook"
_ASKED_BY = "_LEASEBOOK_COMPLETE"  # as click names it after the program


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what has SHELL complete commands, options, regions and chips.

    \b
    bash   eval "$(leasebook completion bash)"              in ~/.bashrc
    zsh    eval "$(leasebook completion zsh)"               in ~/.zshrc
    fish   leasebook completion fish | source               in ~/.config/fish/config.fish
    """
    speaker = get_completion_class(shell)
    assert speaker is not None, "click knows these three"
    source = speaker(ctx.find_root().command, {}, _PROGRAM, _ASKED_BY).source()
    click.echo(source.replace(_AT_EVERY_COMMA, _AT_THE_FIRST))
