using System.Text;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Tests.Stages.Clean.Rules;

public sealed class BoundsTests
{
    private static readonly CleanOptions Narrow = new() { Bounds = new Bounds { LeastAge = 18, MostAge = 60, Latitude = 45, Longitude = 100, FirstYear = 2000, LastYear = 2020, GroupedLength = 3 } };

    [Theory]
    [InlineData("user", "age", "17", null)]
    [InlineData("user", "age", "18", "18")]
    [InlineData("user", "age", "\"60\"", "60")]
    [InlineData("user", "age", "61", null)]
    [InlineData("user", "date_joined", "\"1999-12-31 23:59:59\"", null)]
    [InlineData("user", "date_joined", "\"1999-12-31 23:59:59-01:00\"", "2000-01-01 00:59:59.000000")]
    [InlineData("user", "date_joined", "\"2020-12-31 23:59:59.999999\"", "2020-12-31 23:59:59.999999")]
    [InlineData("geo", "timestamp", "\"2021-01-01\"", null)]
    [InlineData("geo", "country", "\"\u00e9\u00e9\u00e9\"", "\u00e9\u00e9\u00e9")]
    [InlineData("pin", "category", "\"art\"", "art")]
    public void Value_IsNull_BeyondConfiguredBounds(string dataSet, string column, string json, string? expected) =>
        Assert.Equal(expected, Clean(dataSet, $"\"{column}\":{json}")[column]);

    [Theory]
    [InlineData("45", "-100", "[45, -100]")]
    [InlineData("45.0", "\"100\"", "[45, 100]")]
    [InlineData("45.00001", "0", null)]
    [InlineData("0", "-100.5", null)]
    public void Coordinates_AreNull_BeyondConfiguredBounds(string latitude, string longitude, string? expected) =>
        Assert.Equal(expected, Clean("geo", $"\"latitude\":{latitude},\"longitude\":{longitude}")["coordinates"]);

    [Theory]
    [InlineData("pin", "category")]
    [InlineData("pin", "poster_name")]
    [InlineData("geo", "country")]
    public void GroupedText_RejectsTheRecord_WhenItIsLongerThanConfigured(string dataSet, string column) =>
        Assert.Equal($"{column} is longer than 3 characters", Clean(dataSet, $"\"{column}\":\"abcd\"").Reason);

    private static Cleaned Clean(string dataSet, string member) =>
        Cleaned.Of(DataSet.All.Single(set => set.Key == dataSet), Encoding.UTF8.GetBytes($"{{\"ind\":1,{member}}}"), Narrow);
}
