namespace Hangfire.MySqlStorage.Tests.Conformance.Storages;

/// <summary>A storage that the cases run on, one after the other.</summary>
public abstract class StorageUnderTest : IDisposable
{
    public abstract string Name { get; }

    public abstract JobStorage Storage { get; }

    /// <summary>How long a case waits for a job; short where it is known to wait in vain.</summary>
    public TimeSpan Patience { get; set; }

    /// <summary>Takes away all that an earlier case has left.</summary>
    public abstract void Empty();

    public abstract void Dispose();
}
