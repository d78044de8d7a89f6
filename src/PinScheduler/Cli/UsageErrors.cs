using System.CommandLine;

namespace PinScheduler.Cli;

/// <summary>What is wrong with a command line, in sentences: an unknown verb or option with the one that is probably meant.</summary>
internal static class UsageErrors
{
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var asked = Path(parsed);
        if (parsed.UnmatchedTokens is [var first, ..])
        {
            // what follows an unknown word is mostly a part of it
            yield return first.StartsWith('-') ? $"'{first}' is no option of '{asked}'.{DidYouMean.Sentence(first, Options(parsed))}"
                : command.Subcommands.Count > 0 ? $"'{first}' is no command of '{asked}'.{DidYouMean.Sentence(first, command.Subcommands.Select(static one => one.Name))}"
                : $"'{first}' is one argument too many for '{asked}'.";
        }
        else
        {
            foreach (var error in parsed.Errors)
            {
                yield return error.Message;
            }
        }

        yield return $"See '{asked} --help'.";
    }

    private static IEnumerable<string> Options(ParseResult parsed) => Commands(parsed).SelectMany(command => command.Options
        .Where(option => option.Recursive || command == parsed.CommandResult.Command)).SelectMany(static option => option.Aliases.Append(option.Name));

    private static string Path(ParseResult parsed) => string.Join(' ', Commands(parsed).Reverse().Select(static command => command is RootCommand ? "pinscheduler" : command.Name));

    private static IEnumerable<Command> Commands(ParseResult parsed)
    {
        for (System.CommandLine.Parsing.SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            if (at is System.CommandLine.Parsing.CommandResult result)
            {
                yield return result.Command;
            }
        }
    }
}
