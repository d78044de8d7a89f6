using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PinScheduler.Database;
using PinScheduler.Hosting;
using PinScheduler.Source;

namespace PinScheduler.Tests.Source;

public sealed class SourceSeederTests : IAsyncDisposable
{
    private const string Three = "table_schema = database() and table_name in ('pinterest_data', 'geolocation_data', 'user_data')";

    private readonly Warehouse _warehouse = new(MariaDb.CreateDatabase("source"));

    public ValueTask DisposeAsync() => _warehouse.DisposeAsync();

    [Fact]
    public async Task Ensure_MakesTheSameRows_WithAndWithoutLoadData()
    {
        await Seeder(500).EnsureAsync(default);
        await using var other = new Warehouse(MariaDb.CreateDatabase("source_inserted"));
        await Seeder(500, other, allowLoad: false).EnsureAsync(default);
        await using var another = new Warehouse(MariaDb.CreateDatabase("source_seed"));
        await Seeder(500, another, seed: 101).EnsureAsync(default);

        var sums = await ChecksumsAsync(_warehouse);
        Assert.Equal(sums, await ChecksumsAsync(other));
        Assert.All(sums.Zip(await ChecksumsAsync(another)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public async Task Ensure_SeedsOnce_AndLeavesNothingElse()
    {
        await Seeder(50).EnsureAsync(default);
        await Seeder(60).EnsureAsync(default);

        Assert.Equal((long[])[50, 50, 50], await CountsAsync());
        Assert.Equal(3, await ScalarAsync("select count(*) from information_schema.tables where table_schema = database()"));
        Assert.Equal(3, await ScalarAsync($"select count(*) from information_schema.statistics where {Three} and column_name in ('index', 'ind')"));
    }

    [Fact]
    public async Task Ensure_SeedsAnew_WhenItWasCutOffInTheMiddle()
    {
        using var cut = new CancellationTokenSource();
        var seeding = Seeder(300_000).EnsureAsync(cut.Token);
        await UntilAsync(async () => await ScalarAsync("select count(*) from information_schema.tables where table_schema = database() and table_name like 'seeding%'") == 3);
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => seeding);
        Assert.Equal(0, await ScalarAsync($"select count(*) from information_schema.tables where {Three}"));

        await Seeder(70).EnsureAsync(default);

        Assert.Equal((long[])[70, 70, 70], await CountsAsync());
    }

    [Fact]
    public async Task Ensure_SeedsOnce_WhenTwoServersStartTogether()
    {
        await Task.WhenAll(Seeder(2000).EnsureAsync(default), Seeder(2000).EnsureAsync(default));

        Assert.Equal((long[])[2000, 2000, 2000], await CountsAsync());
    }

    [Fact]
    public async Task Seed_ReplacesWhatWasSeeded()
    {
        await Seeder(50).EnsureAsync(default);
        await Seeder(50).SeedAsync(120, default);

        Assert.Equal((long[])[120, 120, 120], await CountsAsync());
        Assert.Equal(3, await ScalarAsync("select count(*) from information_schema.tables where table_schema = database()"));
    }

    [Fact]
    public async Task Seed_LeavesTheOldSource_AndTheNextStartDropsTheRest_WhenItIsCutOff()
    {
        await Seeder(50).EnsureAsync(default);
        using var cut = new CancellationTokenSource();
        var seeding = Seeder(50).SeedAsync(300_000, cut.Token);
        await UntilAsync(async () => await ScalarAsync("select count(*) from information_schema.tables where table_schema = database()") == 6);
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => seeding);
        Assert.Equal((long[])[50, 50, 50], await CountsAsync());

        await Seeder(50).EnsureAsync(default);

        Assert.Equal(3, await ScalarAsync("select count(*) from information_schema.tables where table_schema = database()"));
    }

    [Fact]
    public async Task Seed_LeavesAUsersOwnTablesAlone()
    {
        await ExecuteAsync("create table pinterest_data (`index` int); create table geolocation_data (ind int); create table user_data (ind int); insert into user_data values (1)");

        await Seeder(50).EnsureAsync(default);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Seeder(50).SeedAsync(120, default));

        Assert.Contains("was not seeded by PinScheduler", refused.Message);
        Assert.Equal((long[])[0, 0, 1], await CountsAsync());
    }

    [Fact]
    public async Task Ensure_SaysWhatIsMissing_WhenThereIsOnlyPartOfASource()
    {
        await ExecuteAsync("create table user_data (ind int)");

        var message = (await Assert.ThrowsAsync<InvalidOperationException>(() => Seeder(50).EnsureAsync(default))).Message;

        Assert.Contains("has the source table user_data, but not pinterest_data and geolocation_data", message);
    }

    [Fact]
    public async Task Ensure_MakesNothing_WhenTheSourceIsElsewhere()
    {
        await Seeder(50, elsewhere: "Server=127.0.0.1;Database=x").EnsureAsync(default);

        Assert.Equal(0, await ScalarAsync("select count(*) from information_schema.tables where table_schema = database()"));
    }

    [Fact]
    public void Options_SayAllThatIsWrong()
    {
        var failed = new SourceOptionsValidator().Validate(null, new SourceOptions { Posts = 0, EdgeShare = double.NaN });

        Assert.Equal(["'Pipeline:Source:Posts' is 0; it must be 1 to 2147483647.", "'Pipeline:Source:EdgeShare' is NaN; it must be 0 to 1."], failed.Failures);
    }

    private SourceSeeder Seeder(long posts, Warehouse? warehouse = null, bool allowLoad = true, long seed = 100, string? elsewhere = null) => new(
        warehouse ?? _warehouse,
        new SqlFolder(Path.Combine(MariaDb.Root, "sql")),
        Options.Create(new SourceOptions { Posts = posts, Seed = seed }),
        new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Source", elsewhere)]).Build(),
        TimeProvider.System,
        NullLogger<SourceSeeder>.Instance)
    { AllowLoad = allowLoad };

    private static async Task<List<long>> ChecksumsAsync(Warehouse warehouse)
    {
        await using var connection = await warehouse.OpenAsync(default);
        return [.. (await connection.QueryAsync<(string, long Sum)>("checksum table pinterest_data, geolocation_data, user_data")).Select(row => row.Sum)];
    }

    private async Task<long[]> CountsAsync() =>
        [await ScalarAsync("select count(*) from pinterest_data"), await ScalarAsync("select count(*) from geolocation_data"), await ScalarAsync("select count(*) from user_data")];

    private async Task<long> ScalarAsync(string sql)
    {
        await using var connection = await _warehouse.OpenAsync(default);
        return await connection.ExecuteScalarAsync<long>(sql);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _warehouse.OpenAsync(default);
        await connection.ExecuteAsync(sql);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var tries = 0; !await condition(); tries++)
        {
            Assert.True(tries < 500, "waited 5 s in vain");
            await Task.Delay(10);
        }
    }
}
