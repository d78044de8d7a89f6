namespace PinScheduler.Source.Generator;

/// <summary>Follower counts as the original writes them: 967, 12k, 3M.</summary>
internal static class Followers
{
    private const double Most = 15_000_000;

    public static string Text(double magnitude)
    {
        var count = Math.Min(Math.Pow(10, Math.Clamp(magnitude, 0, 8)), Most);
        return count switch
        {
            < 968 => $"{(int)count}",
            < 1_000_000 => $"{Math.Max(1, (int)(count / 1000))}k",
            _ => $"{(int)(count / 1_000_000)}M",
        };
    }
}
