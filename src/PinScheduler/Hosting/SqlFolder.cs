namespace PinScheduler.Hosting;

/// <summary>The folder `sql`: beside appsettings.json where the program is started in a checkout, else beside the program.</summary>
internal sealed class SqlFolder(string path)
{
    public string Path { get; } = path;

    public static SqlFolder Find(IConfiguration configuration)
    {
        var configured = configuration["Sql"];
        var here = System.IO.Path.Combine(Environment.CurrentDirectory, "sql");
        return new SqlFolder(System.IO.Path.GetFullPath(configured ?? (Directory.Exists(System.IO.Path.Combine(here, "schema")) ? here : System.IO.Path.Combine(AppContext.BaseDirectory, "sql"))));
    }

    /// <summary>The .sql files of one of its folders, by name; none where the folder is missing.</summary>
    public IReadOnlyList<string> Files(string folder)
    {
        var inside = System.IO.Path.Combine(Path, folder);
        return Directory.Exists(inside) ? [.. Directory.EnumerateFiles(inside, "*.sql").Order(StringComparer.Ordinal)] : [];
    }
}
