using System.Runtime.InteropServices;

namespace PinScheduler.Landing;

/// <summary>The two things about files that .NET does not offer: a rename that never replaces, and names that outlive a power cut.</summary>
internal static partial class DurableFiles
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">Among others where <paramref name="to"/> exists, also when it came into being this moment.</exception>
    public static void RenameWithoutReplacing(string from, string to)
    {
        // File.Move looks whether the name is free and then renames: another process can come between. On Windows it is one step
        if (OperatingSystem.IsWindows())
        {
            File.Move(from, to, overwrite: false);
            return;
        }

        if (Link(from, to) != 0)
        {
            throw new IOException($"Could not name '{from}' '{Path.GetFileName(to)}': {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        File.Delete(from);
    }

    /// <summary>Without it a power cut can undo a rename that the ledger already counts on.</summary>
    public static void FlushFolder(string path)
    {
        // Windows has no such call; NTFS keeps names in its journal
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET opens no folders
        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
        {
            throw Failed("open", path);
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw Failed("flush", path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failed(string what, string path) =>
        new($"Could not {what} the folder '{path}': {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
