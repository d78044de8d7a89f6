namespace StorageBench;

internal static class Checkout
{
    /// <summary>The folder of the checkout, whose scripts start the database.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PinScheduler.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"PinScheduler.sln stands in no folder above {AppContext.BaseDirectory}: run the benchmark from a checkout.");
    }
}
