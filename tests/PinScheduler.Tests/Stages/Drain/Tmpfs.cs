using System.Diagnostics;

namespace PinScheduler.Tests.Stages.Drain;

/// <summary>A disk of a few kilobytes.</summary>
internal sealed class Tmpfs : IDisposable
{
    public Tmpfs(string size)
    {
        Path = Directory.CreateTempSubdirectory("pinscheduler-disk-").FullName;
        Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", Path);
    }

    public string Path { get; }

    public void Resize(string size) => Run("mount", "-o", $"remount,size={size}", Path);

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error}");
        }
    }
}

/// <summary>Where disks may be mounted, that is, mostly, for root.</summary>
internal sealed class TmpfsFactAttribute : FactAttribute
{
    private static readonly string? WhyNot = Try();

    public TmpfsFactAttribute() => Skip = WhyNot;

    private static string? Try()
    {
        try
        {
            new Tmpfs("64k").Dispose();
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return exception.Message;
        }
    }
}
