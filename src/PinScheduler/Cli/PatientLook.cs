using System.Diagnostics;
using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>Looks at what was started until it has ended, also over a time in which the server, or its database, does not answer: the work goes on by itself when they are back.</summary>
/// <param name="client">The server.</param>
/// <param name="path">Of what was started.</param>
/// <param name="what">Its name: run 12.</param>
/// <param name="command">The command that shows it later.</param>
/// <param name="patience">Given up when there was no answer for so long.</param>
internal sealed class PatientLook(SchedulerClient client, string path, string what, string command, TimeSpan patience)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private long? _awaySince;

    /// <summary>Looks again after a pause.</summary>
    /// <exception cref="CliException">It was given up, by patience or by hand; the last line says how to look again.</exception>
    public async Task<JsonElement> AfterAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(pause, cancellationToken);
                try
                {
                    return Back(await client.GetAsync(path, cancellationToken));
                }
                catch (CliException exception) when (exception.ExitCode == ExitCodes.NotReachable || exception.Status >= StatusCodes.Status500InternalServerError)
                {
                    Away(exception.Message);
                    pause = Pause;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new CliException(Again("No longer waiting"), _awaySince is null ? ExitCodes.Interrupted : ExitCodes.NotReachable);
        }
    }

    private void Away(string reason)
    {
        if (_awaySince is not { } since)
        {
            _awaySince = Stopwatch.GetTimestamp();
            Say($"{reason} Still asking for {what}, for {patience.TotalSeconds:0} s at most.");
        }
        else if (Stopwatch.GetElapsedTime(since) >= patience)
        {
            throw new CliException($"{reason}\n{Again($"No answer for {patience.TotalSeconds:0} s")}", ExitCodes.NotReachable);
        }
    }

    private JsonElement Back(JsonElement answer)
    {
        if (_awaySince is { } since)
        {
            Say($"The server answers again, after {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s.");
            _awaySince = null;
        }

        return answer;
    }

    private string Again(string why) => $"{why}; {what} was started and is not stopped by that. To look again: {command}{client.Named}";

    // above the bars where there are some; else what a script reads stays as it is
    private static void Say(string sentence)
    {
        if (Output.IsTerminal)
        {
            Output.Line(sentence, "yellow");
        }
        else
        {
            Console.Error.WriteLine(Output.Harmless(sentence));
        }
    }
}
