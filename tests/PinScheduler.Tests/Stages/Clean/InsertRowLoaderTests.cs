using Dapper;
using Microsoft.Extensions.Logging;
using PinScheduler.Stages;

namespace PinScheduler.Tests.Stages.Clean;

public sealed class InsertRowLoaderTests
{
    [Fact]
    public async Task Run_GivesTheSameRowsAndSaysSo_WhenTheServerForbidsLoadDataLocal()
    {
        var folder = Directory.CreateTempSubdirectory("pinscheduler-noinfile-").FullName;
        try
        {
            await using var bench = await CleanBench.CreateAsync(MariaDb.StartOwn(folder));
            await bench.ExecuteAsync("set global local_infile = 0");
            var log = new Lines();
            foreach (var dataSet in DataSet.All)
            {
                var records = GoldenFiles.Records("dirty", dataSet);
                await bench.LandAsync(dataSet, 0, records[..2000]);
                await bench.LandAsync(dataSet, 0, records[1500..]);

                var counts = await bench.CleanAsync(dataSet, log: log);

                Assert.Equal((records.Count + 500, GoldenFiles.Rows("dirty", dataSet).Count), (counts.Read, counts.Accepted));
                Assert.Equal(GoldenFiles.Rows("dirty", dataSet), await bench.RowsAsync(dataSet));
                Assert.Equal(GoldenFiles.Rejected("dirty", dataSet).Distinct(), (await bench.QueryAsync<string>("select distinct raw from rejected_record where data_set = @Key", dataSet)).Order(StringComparer.Ordinal));
            }

            Assert.Contains(log.Written, line => line.StartsWith("The database server forbids LOAD DATA LOCAL", StringComparison.Ordinal));

            await bench.LandAsync(DataSet.Pin, 1, $$"""{"index":-1,"title":"a\tb\nc\\d\u0000e","description":"\\N","tag_list":"{{new string('é', 3_000_000)}}"}""");
            await bench.CleanAsync(DataSet.Pin);
            Assert.Equal(("a\tb\nc\\d\0e", "\\N", 3_000_000L), (await bench.QueryAsync<(string, string, long)>("select title, description, char_length(tag_list) from clean_pin where ind = -1")).Single());
        }
        finally
        {
            MariaDb.StopOwn(folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Written)
            {
                Written.Add(formatter(state, exception));
            }
        }
    }
}
