using System.Text.Json;
using PinScheduler.Cli;
using Spectre.Console;

namespace PinScheduler.Tests.Cli;

public sealed class TerminalTableTests
{
    private static readonly string[] Columns = ["topic", "records", "dataBytes", "sampledAt", "state", "note"];

    [Fact]
    public void Table_HasItsFrame_WhereThereIsRoom()
    {
        var shown = Shown(120, keep: 2);

        Assert.Contains("│ pinterest.pin │   1,234 │  580.1 kB │ 2026-11-27 01:13:24Z │ failed │ –    │", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("no room", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_LosesItsFrame_ThenItsLastColumns()
    {
        Assert.DoesNotContain("│", Shown(72, keep: 2), StringComparison.Ordinal);
        Assert.DoesNotContain("no room", Shown(72, keep: 2), StringComparison.Ordinal);
        Assert.Contains("no room for: sampledAt, state, note", Shown(42, keep: 2), StringComparison.Ordinal);
        Assert.Matches(@"pinterest\.pin +1,234 +580\.1 kB *\n", Shown(42, keep: 2));
        Assert.All(Shown(42, keep: 2).Split('\n'), static line => Assert.True(line.TrimEnd().Length <= 42, line));
    }

    [Fact]
    public void Table_BreaksItsCells_WhereAllColumnsAreWanted()
    {
        var shown = Shown(42, keep: null);

        Assert.DoesNotContain("no room", shown, StringComparison.Ordinal);
        Assert.All(shown.Split('\n'), static line => Assert.True(line.TrimEnd().Length <= 42, line));
    }

    // what a record holds must not move the cursor
    [Fact]
    public void Table_ShowsNoControlSequencesOfItsCells() => Assert.DoesNotContain("\u001b", Shown(120, keep: 2, topic: "\u001b[2Jpin"), StringComparison.Ordinal);

    private static string Shown(int width, int? keep, string topic = "pinterest.pin")
    {
        var row = JsonSerializer.SerializeToElement(new object?[] { topic, 1234, 580142, "2026-11-27T01:13:24.385Z", "failed", null }).EnumerateArray().ToArray();
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        foreach (var part in TerminalTable.Of("things", Columns, [row], width, keep))
        {
            console.Write(part);
        }

        return text.ToString();
    }
}
