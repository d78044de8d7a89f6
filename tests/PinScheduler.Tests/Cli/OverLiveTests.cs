using PinScheduler.Cli;
using Spectre.Console;

namespace PinScheduler.Tests.Cli;

public sealed class OverLiveTests
{
    [Fact]
    public void EachLine_BeginsOnAnEmptyOne_AlsoWhereItIsBroken()
    {
        using var written = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(written) });
        console.Profile.Width = 10;

        console.Write(new OverLive(new Text("one two three four\n")));

        Assert.Equal("\u001b[2Kone two \n\u001b[2Kthree four\n\u001b[2K", written.ToString());
    }
}
