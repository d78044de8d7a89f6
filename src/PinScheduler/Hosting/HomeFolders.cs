namespace PinScheduler.Hosting;

/// <summary>
/// Where appsettings.json, db_creds.yaml and `sql` are looked for: the current folder, then the checkout whose ./pinscheduler was called
/// (a service starts in "/"), then beside the program, where the copies of its build are.
/// </summary>
internal static class HomeFolders
{
    /// <summary>Set by ./pinscheduler.</summary>
    public const string Variable = "PINSCHEDULER_HOME";

    public static IReadOnlyList<string> All => [Environment.CurrentDirectory, .. Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } home ? [Path.GetFullPath(home)] : Array.Empty<string>(), AppContext.BaseDirectory];

    /// <summary>The first of them in which there is such a file or folder; null where there is none.</summary>
    public static string? Find(string name) => All.Select(folder => Path.Combine(folder, name)).FirstOrDefault(Path.Exists);
}
