namespace Bench;

internal static class Checkout
{
    /// <summary>The folder of the checkout, whose scripts start the database.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PinScheduler.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"PinScheduler.sln stands in no folder above {AppContext.BaseDirectory}: run the benchmark from a checkout.");
    }
}
