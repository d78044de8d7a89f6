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

    private static string Hash(DataSet dataSet, Dictionary<string, string[]> configured)
    {
        var placeholders = new CleanOptions { Placeholders = configured }.EffectivePlaceholders();
        return placeholders.HashOfRules(RecordRules.Of(dataSet, placeholders).Fields);
    }

    private static CleanOptions Bind(string json)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        using var services = new ServiceCollection().AddClean(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<CleanOptions>>().Value;
    }
}
