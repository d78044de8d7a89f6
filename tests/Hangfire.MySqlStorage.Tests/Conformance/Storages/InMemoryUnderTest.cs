using Hangfire.InMemory;

namespace Hangfire.MySqlStorage.Tests.Conformance.Storages;

/// <summary>The oracle: written by Hangfire's own author.</summary>
public sealed class InMemoryUnderTest : StorageUnderTest
{
    private InMemoryStorage _storage = Create();

    public override string Name => "InMemory";

    public override JobStorage Storage => _storage;

    public override void Empty()
    {
        _storage.Dispose();
        _storage = Create();
    }

    public override void Dispose() => _storage.Dispose();

    private static InMemoryStorage Create() => new(new InMemoryStorageOptions { IdType = InMemoryStorageIdType.Long, MaxExpirationTime = null });
}
