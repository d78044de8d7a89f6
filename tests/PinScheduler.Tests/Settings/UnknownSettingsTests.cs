using Microsoft.Extensions.Configuration;
using PinScheduler.Settings;

namespace PinScheduler.Tests.Settings;

public sealed class UnknownSettingsTests
{
    private static readonly SettingsSection[] Sections =
    [
        new("Urls", null), new("ConnectionStrings:MySql", null), new("Pipeline", typeof(One)), new("Pipeline", typeof(Other)), new("Pipeline:Source", typeof(Below)), new("Kafka", typeof(Other)), new("Kafka", null),
    ];

    [Theory]
    [InlineData("--Pipeline:Posts=5")]
    [InlineData("--pipeline:posts=5")]
    [InlineData("--Pipeline:Workers:1:Name=any")]
    [InlineData("--Pipeline:Mail:Host=h")]
    [InlineData("--Pipeline:Source:Path=p")]
    [InlineData("--Kafka:linger.ms=5")]
    [InlineData("--ConnectionStrings:MySql=Server=db")]
    [InlineData("--Urls=http://127.0.0.1:1")]
    [InlineData("--MyOwnSection:Anything=1")]
    public void Find_IsSilent_AboutWhatIsReadOrNotOurs(string argument) => Assert.Empty(Find(argument));

    [Theory]
    [InlineData("--Pipeline:Psots=5", "Nothing reads the setting 'Pipeline:Psots' (command line). Did you mean 'Pipeline:Posts'?")]
    [InlineData("--Pipeline:Zzzzzzzz=5", "Nothing reads the setting 'Pipeline:Zzzzzzzz' (command line).")]
    [InlineData("--Pipeline:Mail:Hots=h", "Nothing reads the setting 'Pipeline:Mail:Hots' (command line). Did you mean 'Pipeline:Mail:Host'?")]
    [InlineData("--Pipeline:Source:Paht=p", "Nothing reads the setting 'Pipeline:Source:Paht' (command line). Did you mean 'Pipeline:Source:Path'?")]
    [InlineData("--ConnectionStrings:MySQl2=Server=db", "Nothing reads the setting 'ConnectionStrings:MySQl2' (command line). Did you mean 'ConnectionStrings:MySql'?")]
    [InlineData("--Pipelnie:Posts=5", "Nothing reads the setting 'Pipelnie' (command line). Did you mean 'Pipeline'?")]
    [InlineData("--Url=http://127.0.0.1:1", "Nothing reads the setting 'Url' (command line). Did you mean 'Urls'?")]
    public void Find_NamesTheKey_AndWhatItMayStandFor(string argument, string sentence) => Assert.Equal([sentence], Find(argument));

    [Fact]
    public void Find_TakesASectionOfTheEnvironment_AndNoOtherProgramsVariable()
    {
        var prefix = $"PS{Guid.NewGuid():N}_";
        Environment.SetEnvironmentVariable(prefix + "URL", "x");
        Environment.SetEnvironmentVariable(prefix + "Pipline__Posts", "5");

        var found = new UnknownSettings(new ConfigurationBuilder().AddEnvironmentVariables(prefix).Build(), Sections).Find();

        Assert.Equal(["Nothing reads the setting 'Pipline' (environment). Did you mean 'Pipeline'?"], found);
    }

    private static IEnumerable<string> Find(string argument) => new UnknownSettings(new ConfigurationBuilder().AddCommandLine([argument]).Build(), Sections).Find();

    private sealed record One(int Posts, Dictionary<string, Below> Workers, Letters Mail);

    private sealed record Other(bool Embedded);

    private sealed record Below(string Path);

    private sealed record Letters(string Host);
}
