using PinScheduler.Orchestration;
using PinScheduler.Orchestration.Graph;

namespace PinScheduler.Tests.Orchestration.Graph;

public sealed class PipelineValidatorTests
{
    [Fact]
    public void Errors_None_ForADefinitionThatIsRight() => Assert.Empty(Errors(pipeline =>
    {
        pipeline.Schedule("0 0 3 * * *", "Europe/Berlin").Parameter("posts", ParameterType.Whole, 1000, 0, 10_000);
        pipeline.Add("a");
        pipeline.Add("b").After("a").When(TriggerRule.AllDone).Attempts(1).TimeOut(TimeSpan.FromMinutes(1));
    }));

    [Fact]
    public void Errors_ShowTheCircle_AsItsPath() => Assert.Equal(
        ["Pipeline 'p': tasks wait for each other in a circle: b → c → d → b. Take one of the dependencies out."],
        Errors(pipeline =>
        {
            pipeline.Add("a");
            pipeline.Add("b").After("a", "d");
            pipeline.Add("c").After("b");
            pipeline.Add("d").After("c");
        }));

    [Fact]
    public void Errors_SuggestTheTaskThatWasMeant_WhenOneIsUnknown() => Assert.Equal(
        ["Pipeline 'p': task 'clean' depends on 'drian', which is no task. Did you mean 'drain'?"],
        Errors(pipeline =>
        {
            pipeline.Add("drain");
            pipeline.Add("clean").After("drian");
        }));

    [Fact]
    public void Errors_NameEverythingThatIsWrong_AtOnce()
    {
        var errors = string.Join('\n', Errors(pipeline =>
        {
            pipeline.Schedule("0 25 * *", "Mars/Olympus").Deadline(TimeSpan.Zero).Parameter("posts", ParameterType.Whole, "many").Parameter("posts", ParameterType.Whole);
            pipeline.Add("twice");
            pipeline.Add("twice");
            pipeline.Add("Big Letters");
            pipeline.Add("lost", queue: "default").Attempts(0);
        }));
        Assert.Contains("2 tasks 'twice'", errors);
        Assert.Contains("'Big Letters' is no key", errors);
        Assert.Contains("the queue 'default'; there are pipeline, ingest, transform, analyze", errors);
        Assert.Contains("has 0 attempts", errors);
        Assert.Contains("'0 25 * *' is not understood", errors);
        Assert.Contains("no time zone 'Mars/Olympus'", errors);
        Assert.Contains("'posts' is \"many\"; it must be a whole number", errors);
        Assert.Contains("the deadline is 00:00:00", errors);
        Assert.Contains("2 parameters 'posts'", errors);
    }

    [Fact]
    public void Version_Changes_WithTheSqlOfATaskOnly()
    {
        static string Version(string sql, string cron = "0 3 * * *") => new Pipeline(Build(pipeline =>
        {
            pipeline.Schedule(cron);
            pipeline.Add("a").Fingerprint(sql);
        })).Version;

        Assert.Equal(Version("select 1"), Version("select 1"));
        Assert.Equal(Version("select 1"), Version("select 1", "0 4 * * *"));
        Assert.NotEqual(Version("select 1"), Version("select 2"));
    }

    private static List<string> Errors(Action<PipelineBuilder> describe) => [.. PipelineValidator.Errors(Build(describe))];

    private static PipelineDefinition Build(Action<PipelineBuilder> describe)
    {
        var builder = new PipelineBuilder("p");
        describe(builder);
        return builder.Build();
    }
}
