"""`completion`: what a shell reads to complete the commands; it is click's own."""

import click
from click.shell_completion import get_completion_class

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
    click.echo(speaker(ctx.find_root().command, {}, _PROGRAM, _ASKED_BY).source())
