using CsCheck;

namespace PinScheduler.Tests.Stages.Analyze;

public sealed class AnalysisPropertyTests : IAsyncLifetime
{
    private AnalysisDatabase _database = null!;

    public async Task InitializeAsync() => _database = await AnalysisDatabase.CreateAsync("analyses");

    public async Task DisposeAsync() => await _database.DisposeAsync();

    // few posts and few values: so that duplicates of ind, ties and even counts are the rule
    private static readonly Gen<int> Ind = Gen.Int[1, 7];
    private static readonly Gen<string?> Category = OneOf<string?>(null, "art", "Art", "beauty", "étoile", "zeta");
    private static readonly Gen<DateTime?> Instants = OneOf<DateTime?>(
        null, new(2014, 12, 31, 23, 59, 59), new(2015, 1, 1), new(2016, 2, 29), new(2017, 12, 31, 23, 59, 59), new(2018, 1, 1), new(2020, 12, 31, 23, 59, 59), new(2021, 1, 1), new(2022, 12, 31, 23, 59, 59), new(2023, 1, 1));

    private static readonly Gen<(PinRow[], GeoRow[], UserRow[])> Tables = Gen.Select(
        Gen.Select(Ind, OneOf<int?>(null, 0, 1, 2, 3, 1000, int.MaxValue - 1, int.MaxValue), OneOf<string?>(null, "Ann", "ann", "Bob"), Category, (ind, followers, poster, category) => new PinRow(ind, followers, poster, category)).Array[0, 25],
        Gen.Select(Ind, OneOf<string?>(null, "Albania", "albania", "Ελλάδα", "Chad"), Instants, (ind, country, timestamp) => new GeoRow(ind, country, timestamp)).Array[0, 20],
        Gen.Select(Ind, OneOf<int?>(null, 0, 17, 18, 24, 25, 35, 36, 50, 51, 150), Instants, (ind, age, joined) => new UserRow(ind, age, joined)).Array[0, 20]);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    [Fact]
    public async Task Analyses_AgreeWithLinq_WhateverTheTablesHold() => await Tables.SampleAsync(
        async tables =>
        {
            var (pins, geos, users) = tables;
            await _database.FillAsync(pins, geos, users);
            await AssertAnswersAsync(pins, geos, users);
        },
        iter: 30,
        threads: 1);

    [Fact]
    public async Task Analyses_AgreeWithLinq_HoweverTheRowsComeOverNights() => await Gen.Select(Tables, Tables, Tables).SampleAsync(
        async nights =>
        {
            await _database.ClearAsync();
            var (pins, geos, users) = (new List<PinRow>(), new List<GeoRow>(), new List<UserRow>());
            foreach (var (newPins, newGeos, newUsers) in new[] { nights.Item1, nights.Item2, nights.Item3 })
            {
                await _database.AddAsync(newPins, newGeos, newUsers);
                pins.AddRange(newPins);
                geos.AddRange(newGeos);
                users.AddRange(newUsers);
                await AssertAnswersAsync(pins, geos, users);
            }

            foreach (var rollup in AnalysisDatabase.Tasks.Rollups)
            {
                var kept = await _database.KeepAsync(rollup.File, anew: true);
                Assert.Equal((0, 0), (kept.Wrong, kept.Files));
            }
        },
        iter: 15,
        threads: 1);

    private async Task AssertAnswersAsync(IReadOnlyList<PinRow> pins, IReadOnlyList<GeoRow> geos, IReadOnlyList<UserRow> users)
    {
        foreach (var (name, expected) in AnalysisOracle.Answers(pins, geos, users))
        {
            await _database.RunAsync(AnalysisDatabase.TaskOf(name));
            Assert.Equal(expected.Order(StringComparer.Ordinal).Prepend(name), (await _database.RowsAsync(name)).Order(StringComparer.Ordinal).Prepend(name));
        }
    }
}
