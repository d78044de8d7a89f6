using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class CleanOptionsTests
{
    [Fact]
    public void Placeholders_OfANamedColumn_ReplaceItsDefaultOnes()
    {
        var options = Bind("""{"Pipeline":{"Placeholders":{"Title":["Untitled"],"image_src":[],"country":"?"}}}""");

        Assert.Equal(
            [("title", "Untitled", true), ("title", "No Title Data Available", false), ("image_src", "Image src error.", false), ("description", "No description available", true), ("country", "?", true)],
            new[] { ("title", "Untitled"), ("title", "No Title Data Available"), ("image_src", "Image src error."), ("description", "No description available"), ("country", "?") }
                .Select(one => (one.Item1, one.Item2, options.EffectivePlaceholders().Fields([one.Item1]).Single().IsPlaceholder(Encoding.UTF8.GetBytes(one.Item2)))));
    }

    [Fact]
    public void Validation_NamesAllThatIsWrong()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Bind("""{"Pipeline":{"CleanConnections":0,"Placeholders":{"titel":["x"],"age":["?"],"title":[" x","y"]}}}"""));

        Assert.Collection(
            failure.Failures,
            error => Assert.StartsWith("'Pipeline:CleanConnections' is 0;", error, StringComparison.Ordinal),
            error => Assert.StartsWith("'Pipeline:Placeholders:age' is no text column", error, StringComparison.Ordinal),
            error => Assert.StartsWith("'Pipeline:Placeholders:titel' is no text column", error, StringComparison.Ordinal),
            error => Assert.StartsWith("'Pipeline:Placeholders:title' holds ' x'", error, StringComparison.Ordinal));
    }

    [Fact]
    public void HashOfRules_ChangesWithItsDataSetsPlaceholdersOnly()
    {
        Assert.Equal(Hash(DataSet.Pin, []), Hash(DataSet.Pin, new() { ["country"] = ["?"] }));
        Assert.NotEqual(Hash(DataSet.Geo, []), Hash(DataSet.Geo, new() { ["country"] = ["?"] }));
        Assert.Equal(Hash(DataSet.Geo, new() { ["country"] = ["a", "b"] }), Hash(DataSet.Geo, new() { ["country"] = ["b", "a", "a"] }));
        Assert.Equal(3, DataSet.All.Select(dataSet => Hash(dataSet, [])).Distinct().Count());
    }

    [Theory]
    [InlineData(nameof(Bounds.LeastAge), 1, "user")]
    [InlineData(nameof(Bounds.MostAge), 149, "user")]
    [InlineData(nameof(Bounds.Latitude), 89, "geo")]
    [InlineData(nameof(Bounds.Longitude), 179, "geo")]
    [InlineData(nameof(Bounds.FirstYear), 1001, "geo user")]
    [InlineData(nameof(Bounds.LastYear), 9998, "geo user")]
    [InlineData(nameof(Bounds.GroupedLength), 254, "pin geo")]
    public void HashOfRules_ChangesWithItsDataSetsBoundsOnly(string bound, int value, string dataSets)
    {
        var bounds = Bind($$$$"""{"Pipeline":{"Bounds":{"{{{{bound}}}}":{{{{value}}}}}}}""").Bounds;

        Assert.Equal(dataSets.Split(' '), DataSet.All.Where(dataSet => Hash(dataSet, [], bounds) != Hash(dataSet, [])).Select(dataSet => dataSet.Key));
    }

    [Fact]
    public void Bounds_MayBeNarrowedOnly()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Bind("""{"Pipeline":{"Bounds":{"MostAge":151,"Latitude":0,"Longitude":181,"FirstYear":999,"LastYear":10000,"GroupedLength":256}}}"""));

        Assert.Equal(
            [
                "'Pipeline:Bounds:MostAge' is 151; it must be 0 to 150.",
                "'Pipeline:Bounds:Latitude' is 0; it must be 1 to 90.",
                "'Pipeline:Bounds:Longitude' is 181; it must be 1 to 180.",
                "'Pipeline:Bounds:FirstYear' is 999; it must be 1000 to 10000.",
                "'Pipeline:Bounds:LastYear' is 10000; it must be 999 to 9999.",
                "'Pipeline:Bounds:GroupedLength' is 256; it must be 1 to 255.",
            ],
            failure.Failures);
        Assert.StartsWith("'Pipeline:Bounds:Age' is no bound; there are LeastAge, MostAge,", Assert.Single(Assert.Throws<OptionsValidationException>(() => Bind("""{"Pipeline":{"Bounds":{"Age":30}}}""")).Failures), StringComparison.Ordinal);
        Assert.Contains("'Pipeline:Bounds:LeastAge' is 30; it must be 0 to 20.", Assert.Throws<OptionsValidationException>(() => Bind("""{"Pipeline":{"Bounds":{"LeastAge":30,"MostAge":20}}}""")).Failures);
    }

    private static string Hash(DataSet dataSet, Dictionary<string, string[]> configured, Bounds? bounds = null)
    {
        var placeholders = new CleanOptions { Placeholders = configured }.EffectivePlaceholders();
        return placeholders.HashOf(RecordRules.Of(dataSet, placeholders, bounds ?? Bounds.Defaults));
    }

    private static CleanOptions Bind(string json)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        using var services = new ServiceCollection().AddClean(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<CleanOptions>>().Value;
    }
}
