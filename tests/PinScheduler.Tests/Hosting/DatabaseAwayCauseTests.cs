using System.Net.Sockets;
using Hangfire;
using Hangfire.MySql;
using PinScheduler.Hosting;

namespace PinScheduler.Tests.Hosting;

public sealed class DatabaseAwayCauseTests
{
    public static TheoryData<string, bool> Causes { get; } = new()
    {
        { "a connection that is reset", true },
        { "a lock whose session is lost", true },
        { "a job that could not be made because of that", true },
        { "a job that could not be made because it is wrong", false },
        { "a state that is wrong", false },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public void Is_TellsADatabaseThatIsAway_FromWhatItRefuses(string cause, bool away) => Assert.Equal(away, DatabaseAway.Is(cause switch
    {
        "a connection that is reset" => new SocketException((int)SocketError.ConnectionReset),
        "a lock whose session is lost" => new DistributedLockLostException(),
        "a job that could not be made because of that" => new BackgroundJobClientException("no job", new DistributedLockLostException()),
        "a job that could not be made because it is wrong" => new BackgroundJobClientException("no job", new ArgumentException("wrong")),
        _ => new InvalidOperationException("wrong"),
    }));
}
