using System.Runtime.InteropServices;

namespace PinScheduler.Hosting;

internal static partial class ParentProcess
{
    /// <summary>The process that has this one; an orphan is given to another at once.</summary>
    public static int Id() => getppid();

    [LibraryImport("libc")]
    private static partial int getppid();
}
