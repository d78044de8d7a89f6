using Hangfire;

namespace PinScheduler.Orchestration.Jobs;

/// <summary>An entry of the job parameter "Continuations", in Hangfire's own format. Any end of a parent tries the child: our filter alone judges.</summary>
internal sealed record Continuation(string JobId, JobContinuationOptions Options = JobContinuationOptions.OnAnyFinishedState);
