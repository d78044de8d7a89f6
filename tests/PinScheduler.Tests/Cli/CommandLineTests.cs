using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using PinScheduler.Cli;
using PinScheduler.Tests.EndToEnd;

namespace PinScheduler.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public void EveryVerb_HasExamples_ThatParse()
    {
        Assert.Equal(Verbs(CommandLine.Root(), "").Order(), HelpExamples.ByVerb.Keys.Order());
        foreach (var (verb, examples) in HelpExamples.ByVerb.Where(static pair => pair.Key != "serve"))
        {
            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                Assert.True(verb.Length == 0 || example.StartsWith(verb, StringComparison.Ordinal), example);
                Assert.True(CommandLine.Root().Parse(example).Errors is [], example);
            }
        }
    }

    // each name of the contract that scripts rely on
    [Theory]
    [InlineData("run --date 2026-11-22 --posts 5 --wait")]
    [InlineData("backfill --from 2026-11-22 --to 2026-11-23")]
    [InlineData("runs")]
    [InlineData("show 1")]
    [InlineData("retry 1")]
    [InlineData("cancel 1")]
    [InlineData("logs 1 drain-pin -f")]
    [InlineData("results popular_category_by_year --format table")]
    [InlineData("topics")]
    [InlineData("produce pinterest.pin --file f.jsonl")]
    [InlineData("peek pinterest.pin -n 5")]
    [InlineData("peek --source")]
    [InlineData("seed --posts 5")]
    [InlineData("pause")]
    [InlineData("resume")]
    public void Contract_IsKept(string line)
    {
        Assert.Empty(CommandLine.Root().Parse(line).Errors);
        Assert.Empty(CommandLine.Root().Parse(line + " --json --server http://127.0.0.1:6001 --api-key secret").Errors);
    }

    [Theory]
    [InlineData(3, "No server answers at http://127.0.0.1:9", "runs", "--server", "http://127.0.0.1:9")]
    [InlineData(3, "No server answers at http://127.0.0.1:9", "--server=http://127.0.0.1:9", "runs")]
    [InlineData(2, "no server's address", "runs", "--server", "somewhere")]
    [InlineData(2, "The key of '--api-key' has letters that no header may carry", "runs", "--api-key", "two words")]
    [InlineData(2, "'frobnicate' is no command of 'pinscheduler'.", "frobnicate")]
    [InlineData(2, "'resuls' is no command of 'pinscheduler'. Did you mean 'results'?", "resuls")]
    [InlineData(2, "'--limt' is no option of 'pinscheduler runs'. Did you mean '--limit'?", "runs", "--limt", "3")]
    [InlineData(2, "'--sever' is no option of 'pinscheduler runs'. Did you mean '--server'?", "runs", "--sever", "http://127.0.0.1:9")]
    [InlineData(2, "'retri' is no command of 'pinscheduler plan'. Did you mean 'retry'?", "plan", "retri")]
    [InlineData(2, "'2' is one argument too many for 'pinscheduler show'.", "show", "1", "2")]
    [InlineData(2, "--posts", "seed")]
    [InlineData(0, "pinscheduler plan rerun 12 clean-geo --below", "plan", "rerun", "--help")]
    [InlineData(2, "'RUN' missing for command", "show")]
    [InlineData(2, "--diff, --trend and --plan stand alone, after an analysis's name.", "results", "--diff", "1..2")]
    [InlineData(2, "--diff, --trend and --plan stand alone", "results", "x", "--diff", "--trend")]
    [InlineData(2, "--key 'country' is not COLUMN=VALUE.", "results", "x", "--trend", "n", "--key", "country")]
    [InlineData(2, "--reason", "skip", "1", "clean-geo")]
    [InlineData(3, "No server answers", "plan", "rerun", "1", "clean-geo", "--below", "--server", "http://127.0.0.1:9")]
    [InlineData(0, "results", "--help")]
    [InlineData(0, "Starts the scheduler", "serve", "--Pipeline:Posts=5", "--help")]
    [InlineData(0, "Starts the scheduler", "--Pipeline:Posts=5", "--help")]
    [InlineData(0, "which ./run brings itself", "services", "-h")]
    public async Task Command_EndsWithItsCodeAndASentence(int code, string sentence, params string[] arguments)
    {
        var command = new ChildProcess(Path.GetTempPath(), new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), .. arguments]);

        Assert.True(await command.ExitAsync() == code, command.Output);
        Assert.Contains(sentence, command.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", command.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer secret", "", "--api-key", "secret")]
    [InlineData("Bearer kept", "kept")]
    [InlineData("Bearer secret", "kept", "--api-key", "secret")]
    [InlineData(null, "")]
    public async Task ApiKey_GoesWithTheRequest(string? authorization, string environment, params string[] arguments)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var command = new ChildProcess(
            Path.GetTempPath(),
            new Dictionary<string, string> { ["PINSCHEDULER_API_KEY"] = environment },
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), "runs", "--json", "--server", $"http://{listener.LocalEndpoint}", .. arguments]);
        using var asked = await listener.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(60));
        using var reader = new StreamReader(asked.GetStream());
        var headers = new List<string>();
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            headers.Add(header);
        }

        await asked.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"u8.ToArray());
        Assert.True(await command.ExitAsync() == 0, command.Output);
        Assert.Equal(authorization is null ? [] : [$"Authorization: {authorization}"], headers.Where(header => header.StartsWith("Authorization", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [InlineData("PINSCHEDULER_SERVER", "somewhere", "PINSCHEDULER_SERVER is 'somewhere', which is no server's address")]
    [InlineData("PINSCHEDULER_API_KEY", "secret\n", "The key of PINSCHEDULER_API_KEY has letters that no header may carry")]
    public async Task Command_SaysSo_WhereTheEnvironmentIsWrong(string name, string value, string sentence)
    {
        var command = new ChildProcess(Path.GetTempPath(), new Dictionary<string, string> { [name] = value }, "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), "runs"]);

        Assert.True(await command.ExitAsync() == 2, command.Output);
        Assert.StartsWith(sentence, command.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'Urls'", "--Urls=http://0.0.0.0:5080")]
    [InlineData("'Pipeline:TimeZone'", "--Pipeline:TimeZone=Mars/Olympus")]
    [InlineData("'Pipeline:Posts'", "--Pipeline:Posts=-1")]
    [InlineData("'Pipeline:ResultRetentionRuns'", "--Pipeline:ResultRetentionRuns=0")]
    [InlineData("Kafka", "--Kafka:compression.type=none of all")]
    [InlineData("'Pipeline:Deadline' is '3h'; it must be a span of time, HH:MM:SS: 03:00:00", "--Pipeline:Deadline=3h")]
    [InlineData("'Pipeline:Posts' is 'abc'; it must be a whole number", "--Pipeline:Posts=abc")]
    [InlineData("'Pipeline:CancelAtDeadline' is 'perhaps'; it must be true or false.", "--Pipeline:CancelAtDeadline=perhaps")]
    [InlineData("'Pipeline:Cron' is '0 3 * *', which has 4 fields; five fields are needed", "--Pipeline:Cron=0 3 * *")]
    [InlineData("'Maintenance:Cron' is '0 61 * * *', which is not understood", "--Maintenance:Cron=0 61 * * *")]
    [InlineData("The data folder '/proc/x' cannot be written to: ", "--Data=/proc/x")]
    [InlineData("MySQL does not answer at 127.0.0.1:9 ('ConnectionStrings:MySql'): Unable to connect", "--ConnectionStrings:MySql=Server=127.0.0.1;Port=9;User ID=u;Password=p;Database=d")]
    [InlineData("'ConnectionStrings:Source' cannot be read: Option 'prot' not supported.", "--ConnectionStrings:Source=Server=db;Prot=3306;User ID=u;Password=p")]
    public async Task Serve_SaysWhichKeyIsWrong_WhenItCannotStart(string key, string setting)
    {
        var folder = Directory.CreateTempSubdirectory("pinscheduler-cli-").FullName;
        var server = new ChildProcess(folder, new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), "serve", "--Urls=http://127.0.0.1:0", "--Kafka:BootstrapServers=127.0.0.1:9", setting]);

        Assert.True(await server.ExitAsync() == 2, server.Output);
        Assert.Contains(key, server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("serve", "Server=db;User ID=u;Password=S3cret;pw=x;Database=d")]
    [InlineData("services", "Server=db;User ID=u;Pwd=S3cret;x0y;Database=d")]
    public async Task ConnectionString_IsNamedAndItsPasswordIsNotTold_WhenItCannotBeRead(string verb, string connection)
    {
        var folder = Directory.CreateTempSubdirectory("pinscheduler-cli-").FullName;
        var server = new ChildProcess(folder, new Dictionary<string, string> { ["ConnectionStrings__MySql"] = connection }, "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), verb]);

        Assert.True(await server.ExitAsync() == 2, server.Output);
        Assert.StartsWith("'ConnectionStrings:MySql' cannot be read: ", server.Output, StringComparison.Ordinal);
        Assert.Contains("Password='a;b'", server.Output, StringComparison.Ordinal);
        Assert.Single(server.Output.TrimEnd().Split('\n'));
        Assert.DoesNotContain("S3cret", server.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("'pw'", server.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("x0y", server.Output, StringComparison.OrdinalIgnoreCase);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("serve", "appsettings.json", "{\n  \"Pipeline\": {\n    \"Posts\": 5,,\n  }\n}\n", "appsettings.json", "Line 3: ")]
    [InlineData("services", "appsettings.json", "{", "appsettings.json", "Line 1: ")]
    [InlineData("services", "db_creds.yaml", "HOST: db\nUSER: 'u\nPORT: 3306\n", "db_creds.yaml", "It must be YAML")]
    public async Task SettingsFile_IsNamedWithLineAndReason_WhenItCannotBeRead(string verb, string file, string text, params string[] sentences)
    {
        var folder = Directory.CreateTempSubdirectory("pinscheduler-cli-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, file), text);
        var server = new ChildProcess(folder, new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "PinScheduler.dll"), verb]);

        Assert.True(await server.ExitAsync() == 2, server.Output);
        Assert.All(sentences, sentence => Assert.Contains(sentence, server.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static IEnumerable<string> Verbs(Command command, string name) =>
        command.Subcommands.SelectMany(one => Verbs(one, $"{name} {one.Name}".Trim())).Prepend(name);
}
