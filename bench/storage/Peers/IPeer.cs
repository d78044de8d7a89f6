using Hangfire;

namespace StorageBench.Peers;

/// <summary>A storage under measurement, with a private server of its own.</summary>
internal interface IPeer : IDisposable
{
    string Name { get; }

    /// <summary>Product and version, once started.</summary>
    string Version { get; }

    /// <summary>The share of the jobs it is given, so that a slow storage does not take all the time.</summary>
    double Share { get; }

    /// <summary>Whether another process can use the same storage.</summary>
    bool IsShared { get; }

    /// <summary>Starts the server.</summary>
    /// <returns>Why it cannot be measured here, or null.</returns>
    string? Start();

    /// <summary>A storage without any job.</summary>
    JobStorage Open();

    /// <summary>A storage that has been opened, as another process of the program opens it.</summary>
    JobStorage Connect(string address);

    /// <summary>What <see cref="Connect"/> needs for the storage opened last.</summary>
    string Address { get; }

    /// <summary>What the server has been asked since its start, without these readings.</summary>
    Traffic Read();
}
