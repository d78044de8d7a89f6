using PinScheduler.Tests.EndToEnd;

namespace PinScheduler.Tests.Cli;

/// <summary>./pinscheduler in a tree of its own, with a `dotnet` that only says what it is asked for.</summary>
public sealed class LauncherTests : IDisposable
{
    private const string Dotnet =
        """
        #!/bin/sh
        [ "$1" = build ] || { shift; echo "asked in $PINSCHEDULER_HOME: $*"; exit; }
        [ ! -f src/PinScheduler/broken ] || { echo "error of the compiler"; exit 1; }
        mkdir -p src/PinScheduler/bin/Release/net10.0 src/PinScheduler/obj
        touch src/PinScheduler/bin/Release/net10.0/PinScheduler.dll
        """;

    private static readonly DateTime Long = new(2026, 1, 2, 3, 0, 0, DateTimeKind.Utc);

    private readonly string _root = Directory.CreateTempSubdirectory("pinscheduler-launcher-").FullName;

    public LauncherTests()
    {
        Copy("pinscheduler", "pinscheduler");
        Copy("scripts/build", "scripts/build");
        // executable as that is
        Copy("pinscheduler", "tools/dotnet");
        Write("tools/dotnet", Dotnet);
        foreach (var file in new[] { "src/PinScheduler/Program.cs", "src/PinScheduler/Gone.cs", "Directory.Build.props", "global.json" })
        {
            Write(file, "");
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Launcher_Builds_WhatIsOlderThanItsSource()
    {
        var asked = $"asked in {_root}: runs --limit 3";
        var built = asked + "\nbuilding …";
        Assert.Equal(built, await LaunchAsync());
        Age();
        Assert.Equal(asked, await LaunchAsync());

        Write("src/PinScheduler/Program.cs", "changed");
        Assert.Equal(built, await LaunchAsync());
        Age();
        File.Delete(Path.Combine(_root, "src/PinScheduler/Gone.cs"));
        Assert.Equal(built, await LaunchAsync());
        Age();
        Write("global.json", "{}");
        Assert.Equal(built, await LaunchAsync());

        // what a build itself writes is no source
        Age();
        Write("src/PinScheduler/obj/made.cs", "");
        Assert.Equal(asked, await LaunchAsync());

        // the old program is not run in the place of one that does not build
        Write("src/PinScheduler/broken", "");
        Assert.Equal("building …\nerror of the compiler", await LaunchAsync(1));
    }

    private async Task<string> LaunchAsync(int code = 0)
    {
        var path = Path.Combine(_root, "tools") + ":" + Environment.GetEnvironmentVariable("PATH");
        var launcher = new ChildProcess(Path.GetTempPath(), new Dictionary<string, string> { ["PATH"] = path }, Path.Combine(_root, "pinscheduler"), "runs", "--limit", "3");
        Assert.True(await launcher.ExitAsync() == code, launcher.Output);
        // of two streams, in no order
        return string.Join('\n', launcher.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    /// <summary>As if all was written long ago, and built after it.</summary>
    private void Age()
    {
        foreach (var entry in Directory.GetFileSystemEntries(_root, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(entry, Path.GetFileName(entry) == "PinScheduler.dll" ? Long.AddMinutes(1) : Long);
        }
    }

    private void Copy(string from, string to)
    {
        var path = Path.Combine(_root, to);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(Path.Combine(MariaDb.Root, from), path);
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
