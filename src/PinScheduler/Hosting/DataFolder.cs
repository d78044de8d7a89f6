namespace PinScheduler.Hosting;

/// <summary>The folder that keeps state outside the databases: landing files, broker.json (key `Data`, default `data`; `./run --data DIR`).</summary>
internal sealed class DataFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Makes it where it is missing.</summary>
    /// <exception cref="InvalidOperationException">It cannot be made, or nothing can be written there.</exception>
    public void Create()
    {
        try
        {
            Directory.CreateDirectory(Path);
            using var trial = new FileStream(Combine($".trial.{Environment.ProcessId}"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The data folder '{Path}' cannot be written to: {exception.Message} Name another in 'Data' (--Data=DIR; ./run --data DIR).", exception);
        }
    }

    public string Combine(string relative) => System.IO.Path.Combine(Path, relative);
}
