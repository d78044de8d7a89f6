namespace PinScheduler.Source.Generator;

/// <summary>Who posts: what all posts of one poster have in common.</summary>
internal sealed record Poster(string Name, string? Followers, string? FirstName, string? LastName, int? Age, DateTime? Joined, string? Country, double? Latitude, double? Longitude);
