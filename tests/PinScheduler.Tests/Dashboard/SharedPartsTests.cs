using PinScheduler.Dashboard;
using PinScheduler.Dashboard.Live;
using PinScheduler.Database;
using PinScheduler.Hosting;

namespace PinScheduler.Tests.Dashboard;

public sealed class SharedPartsTests
{
    [Fact]
    public async Task GetAsync_MakesAPageOnce_ForAllWhoAskUntilItsMarkChanges()
    {
        await using var bench = await BenchAsync("parts_once");
        var made = 0;
        Task<PageHtml> Make()
        {
            Interlocked.Increment(ref made);
            return Task.FromResult(new PageHtml().Add($"as of {made}"));
        }

        var first = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => bench.Parts.GetAsync("page", Pulse.Runs, Make, default)));
        await bench.ChangeAsync();
        var then = await bench.Parts.GetAsync("page", Pulse.Runs, Make, default);
        await bench.Parts.GetAsync("another", Pulse.Runs, Make, default);

        Assert.All(first, static html => Assert.Equal("as of 1", html.ToString()));
        Assert.Equal("as of 2", then.ToString());
        Assert.Equal(3, made);
    }

    [Fact]
    public async Task GetAsync_TriesAnew_WhenAPageFailed()
    {
        await using var bench = await BenchAsync("parts_failed");

        await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Parts.GetAsync("page", Pulse.Runs, static () => throw new InvalidOperationException(), default));

        Assert.Equal("here", (await bench.Parts.GetAsync("page", Pulse.Runs, static () => Task.FromResult(new PageHtml().Add($"here")), default)).ToString());
    }

    [Fact]
    public async Task GetAsync_LetsAWaiterGo_WhoGivesUp()
    {
        await using var bench = await BenchAsync("parts_gone");
        var slow = new TaskCompletionSource<PageHtml>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var maker = bench.Parts.GetAsync("page", Pulse.Runs, () => { begun.SetResult(); return slow.Task; }, default);
        await begun.Task;
        using var closed = new CancellationTokenSource();
        var waiter = bench.Parts.GetAsync("page", Pulse.Runs, static () => throw new InvalidOperationException("It is being made."), closed.Token);

        await closed.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiter);
        slow.SetResult(new PageHtml().Add($"late"));
        Assert.Equal("late", (await maker).ToString());
    }

    private static async Task<Bench> BenchAsync(string name)
    {
        var warehouse = new Warehouse(MariaDb.CreateDatabase(name));
        await new SchemaInstaller(warehouse, new SqlFolder(Path.Combine(MariaDb.Root, "sql")), TimeProvider.System).InstallAsync(default);
        return new Bench(warehouse);
    }

    private sealed class Bench : IAsyncDisposable
    {
        private readonly Warehouse _warehouse;
        private readonly Pulse _pulse;
        private readonly Microsoft.Extensions.Time.Testing.FakeTimeProvider _time = new();

        public Bench(Warehouse warehouse)
        {
            (_warehouse, _pulse) = (warehouse, new Pulse(warehouse, _time));
            Parts = new SharedParts(_pulse, _time);
        }

        public SharedParts Parts { get; }

        /// <summary>Something that a list of runs shows, and the time until it is looked at.</summary>
        public async Task ChangeAsync()
        {
            await using var connection = await _warehouse.OpenAsync(default);
            await using var pause = new MySqlConnector.MySqlCommand("insert into pipeline_state (pipeline, time_zone, last_scheduled_at, scheduled_from) values ('nightly', 'UTC', now(6), now(6))", connection);
            await pause.ExecuteNonQueryAsync();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        public async ValueTask DisposeAsync()
        {
            _pulse.Dispose();
            await _warehouse.DisposeAsync();
        }
    }
}
