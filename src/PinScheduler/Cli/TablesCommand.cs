using System.CommandLine;

namespace PinScheduler.Cli;

/// <summary>`tables`: how large the warehouse's tables are, and which grow.</summary>
internal static class TablesCommand
{
    // as lines have it
    private static readonly string[] Columns = ["table", "group", "rows", "dataBytes", "indexBytes", "bytes", "grownBytes", "grownBytesPerRun"];
    // the most telling first: a narrow terminal has room for no more
    private static readonly string[] OnTerminal = ["table", "rows", "bytes", "grownBytes", "grownBytesPerRun", "dataBytes", "indexBytes", "group"];
    private static readonly string[] History = ["run", "sampledAt", "rows", "dataBytes", "indexBytes", "bytes"];

    public static Command Create(ServerOptions server, Option<bool> json)
    {
        var table = new Argument<string?>("TABLE") { Description = "Only this one, as it was after each of the last runs", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("tables", "Shows the warehouse's tables, largest first: rows (estimated), bytes, and the growth by the last run") { table };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            var name = parsed.GetValue(table);
            var path = "/api/warehouse/tables" + (name is null ? "" : "/" + Uri.EscapeDataString(name));
            if (parsed.GetValue(json))
            {
                Output.Line(await client.GetTextAsync(path, cancellationToken));
                return;
            }

            var columns = name is not null ? History : Output.IsTerminal ? OnTerminal : Columns;
            var rows = await client.GetAsync(path, cancellationToken);
            Output.Table(name ?? "tables", more: null, columns, [.. rows.EnumerateArray().Select(row => columns.Select(column => row.GetProperty(column)).ToArray())], keep: 4);
        });
        return command;
    }
}
