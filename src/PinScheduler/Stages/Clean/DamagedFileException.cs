namespace PinScheduler.Stages.Clean;

/// <summary>A landing file is missing, or not as it was landed.</summary>
internal sealed class DamagedFileException(PendingFile file, string how) : Exception($"'{file.Path}' {how}.")
{
    public PendingFile File { get; } = file;

    public string How { get; } = how;

    public static void ThrowUnlessWhole(PendingFile file, string checksum)
    {
        if (checksum != file.Checksum)
        {
            throw new DamagedFileException(file, $"is not as it was landed: its checksum is {checksum}, not {file.Checksum}");
        }
    }
}
