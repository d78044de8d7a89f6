using Hangfire.Common;
using Hangfire.MySql.Sql;
using Hangfire.States;

namespace Hangfire.MySql.Commands;

/// <summary>All that a transaction does to one job.</summary>
internal sealed class JobChange(long jobId)
{
    private readonly List<NewState> _states = [];
    private readonly SortedDictionary<string, string?> _parameters = new(StringComparer.Ordinal);

    public long JobId => jobId;

    /// <summary>The job itself, where the transaction creates it.</summary>
    public NewJob? Created { get; private set; }

    /// <summary>Whether its creation was sent before, and nobody knows what became of it.</summary>
    public bool MayBeWritten { get; set; }

    public bool ExpiryChanges { get; private set; }

    /// <summary>From now until the job expires; null when it never does.</summary>
    public TimeSpan? ExpireIn { get; private set; }

    public IReadOnlyList<NewState> States => _states;

    public IReadOnlyDictionary<string, string?> Parameters => _parameters;

    /// <summary>About what it adds to a packet, in characters.</summary>
    public int Size => _states.Sum(state => state.Size) + _parameters.Values.Sum(value => value?.Length ?? 0) + (Created?.Arguments.Length ?? 0);

    /// <summary>Whether it comes to one step to a state, after which the job does not expire.</summary>
    public bool IsOnly(string state) => _states is [{ IsCurrent: true } step] && step.Name == state && Created is null && _parameters.Count == 0 && ExpireIn is null;

    public bool ChangesState => _states.Exists(state => state.IsCurrent);

    public void Create(NewJob job, IEnumerable<KeyValuePair<string, string>> parameters, TimeSpan expireIn)
    {
        Created = job;
        Expire(expireIn);
        foreach (var (name, value) in parameters)
        {
            _parameters[name] = value;
        }
    }

    public void Expire(TimeSpan? expireIn)
    {
        ExpiryChanges = true;
        ExpireIn = expireIn;
    }

    /// <summary>The state's data is asked for now: it is the user's code, which may throw.</summary>
    public void AddState(IState state, bool current) =>
        _states.Add(new NewState(jobId, state.Name, state.Reason, Text.PlainJson(SerializationHelper.Serialize(state.SerializeData())), current));

    /// <summary>Its states bear the time of now, whenever they are written.</summary>
    public void NoteTime()
    {
        for (var i = 0; i < _states.Count; i++)
        {
            _states[i] = _states[i] with { DecidedAt = TimeProvider.System.GetTimestamp() };
        }
    }

    public void SetParameter(string name, string? value) => _parameters[name] = value;

    /// <summary>Does after this what another transaction does to the same job.</summary>
    public void Append(JobChange next)
    {
        Created ??= next.Created;
        MayBeWritten |= next.MayBeWritten;
        if (next.ExpiryChanges)
        {
            Expire(next.ExpireIn);
        }

        _states.AddRange(next._states);
        foreach (var (name, value) in next._parameters)
        {
            _parameters[name] = value;
        }
    }
}
