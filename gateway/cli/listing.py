"""Groups of commands whose help says of each one, in a whole sentence, what it does."""

import click


class Listing(click.Group):
    """A group that wraps the first sentence of its commands' help, where click would cut it off."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, one after the other."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, one.get_short_help_str(limit=1_000)) for name, one in found if one is not None]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


Listing.group_class = Listing
