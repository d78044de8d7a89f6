namespace PinScheduler.Hosting;

/// <summary>The folder that keeps state outside the databases: landing files, broker.json (key `Data`, default `data`; `./run --data DIR`).</summary>
internal sealed class DataFolder(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Combine(string relative) => System.IO.Path.Combine(Path, relative);
}
