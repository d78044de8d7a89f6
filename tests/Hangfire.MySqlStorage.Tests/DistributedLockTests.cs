using Hangfire.MySql;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Storage;
using MySqlConnector;

namespace Hangfire.MySqlStorage.Tests;

public sealed class DistributedLockTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private readonly TestStorage _database = new(nameof(DistributedLockTests));
    private readonly MySqlStorageOptions _options = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Lock_IsHeld_FromConstructionToDispose()
    {
        using var connection = _database.Storage.GetConnection();
        using (new MySqlDistributedLock(_database.Storage, "resource", Soon, _options))
        {
            Assert.Throws<MySqlDistributedLockException>(() => new MySqlDistributedLock(_database.Storage, "resource", Soon, _options));
            Assert.Throws<MySqlDistributedLockException>(() => connection.AcquireDistributedLock("resource", Soon));
        }

        connection.AcquireDistributedLock("resource", Soon).Dispose();
    }

    [Fact]
    public void Lock_IsOfGivenConnection_WhenThereIsOne()
    {
        using var connection = new MySqlConnection(_database.ConnectionString);
        connection.Open();
        using (new MySqlDistributedLock(connection, "resource", TimeSpan.FromSeconds(5), _options))
        {
            Assert.Throws<MySqlDistributedLockException>(() => new MySqlDistributedLock(_database.Storage, "resource", Soon, _options));
        }

        using (new MySqlDistributedLock(_database.Storage, "resource", Soon, _options))
        {
            Assert.Throws<MySqlDistributedLockException>(() => new MySqlDistributedLock(connection, "resource", TimeSpan.FromMilliseconds(1100), _options));
            using var cancelled = new CancellationTokenSource(Soon);
            Assert.Throws<OperationCanceledException>(() => new MySqlDistributedLock(connection, "resource", TimeSpan.FromMinutes(5), _options, cancelled.Token));
        }
    }

    [Fact]
    public void Timeout_IsCaught_AsHangfiresExceptionAndAsOurs_Issue20()
    {
        using var held = new MySqlDistributedLock(_database.Storage, "locks:schedulepoller", Soon, _options);
        using var connection = _database.Storage.GetConnection();
        var error = Assert.Throws<MySqlDistributedLockException>(() => connection.AcquireDistributedLock("locks:schedulepoller", TimeSpan.Zero));
        Assert.Equal("locks:schedulepoller", Assert.IsAssignableFrom<DistributedLockTimeoutException>(error).Resource);
    }

    [Fact]
    public void CompareTo_OrdersByResource()
    {
        using var a = new MySqlDistributedLock(_database.Storage, "a", Soon, _options);
        using var b = new MySqlDistributedLock(_database.Storage, "B", Soon, _options);
        Assert.True(a.CompareTo(b) < 0);
        Assert.Equal(1, a.CompareTo(null));
        Assert.Throws<ArgumentException>(() => a.CompareTo("a"));
    }
}
