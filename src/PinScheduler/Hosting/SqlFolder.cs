namespace PinScheduler.Hosting;

/// <summary>The folder `sql`: the key `Sql` names it, or it is in one of <see cref="HomeFolders"/>.</summary>
internal sealed class SqlFolder(string path)
{
    public string Path { get; } = path;

    public static SqlFolder Find(IConfiguration configuration) => new(System.IO.Path.GetFullPath(
        configuration["Sql"] ?? System.IO.Path.GetDirectoryName(HomeFolders.Find(System.IO.Path.Combine("sql", "schema"))) ?? "sql"));

    /// <summary>The .sql files of one of its folders, by name; none where the folder is missing.</summary>
    public IReadOnlyList<string> Files(string folder)
    {
        var inside = System.IO.Path.Combine(Path, folder);
        return Directory.Exists(inside) ? [.. Directory.EnumerateFiles(inside, "*.sql").Order(StringComparer.Ordinal)] : [];
    }
}
