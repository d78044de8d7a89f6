using Hangfire.Common;
using Hangfire.InMemory;
using Hangfire.MySqlStorage.Tests.Support;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.MySqlStorage.Tests;

public sealed class InMemoryConformanceTests : ConformanceTests, IDisposable
{
    private readonly InMemoryStorage _storage = new(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Long });

    protected override JobStorage Storage => _storage;

    public void Dispose() => _storage.Dispose();
}
