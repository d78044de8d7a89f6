using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IngestBench.Produce;

/// <summary>Connections that send ready-made requests and read the answers to their end, and do nothing else.</summary>
internal sealed class LoadClient(int port, IReadOnlyList<byte[]> requests)
{
    // sooner than a Retry-After says, so that room is used as it comes free
    private static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(50);

    /// <param name="connections">Each has one request under way.</param>
    /// <param name="time">How long to begin new ones.</param>
    /// <param name="requestsPerSecond">Of all connections; null: as fast as they are answered. Waiting for a late answer counts as latency.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task<Load> RunAsync(int connections, TimeSpan time, double? requestsPerSecond, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var loads = await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(
            () => SendAsync(connection, connections, started, time, requestsPerSecond, cancellationToken), cancellationToken)));
        return new Load(loads.Sum(load => load.Answered), loads.Sum(load => load.Refused), [.. loads.SelectMany(load => load.Milliseconds)], Stopwatch.GetElapsedTime(started));
    }

    private async Task<Load> SendAsync(int connection, int connections, long started, TimeSpan time, double? rate, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        var (answered, refused, latencies, buffer) = (0, 0, new List<double>(), new byte[256 * 1024]);
        for (var i = connection; Stopwatch.GetElapsedTime(started) < time; i += connections)
        {
            var due = rate is { } perSecond ? started + (long)(i / perSecond * Stopwatch.Frequency) : Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } early)
            {
                await Task.Delay(early, cancellationToken);
                // a timer of whole milliseconds may ring before its time
                due = Math.Min(due, Stopwatch.GetTimestamp());
            }

            for (var request = requests[i % requests.Count].AsMemory(); request.Length > 0;)
            {
                request = request[await socket.SendAsync(request, cancellationToken)..];
            }

            var status = await ReceiveAsync(socket, buffer, cancellationToken);
            if (status == 200)
            {
                answered++;
                latencies.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
            }
            else if (status is 429 or 503)
            {
                refused++;
                await Task.Delay(RefusedPause, cancellationToken);
            }
            else
            {
                throw new InvalidOperationException($"The server answered {status}: {Encoding.UTF8.GetString(buffer, 0, 600)}");
            }
        }

        return new Load(answered, refused, latencies, default);
    }

    private static async Task<int> ReceiveAsync(Socket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        for (var length = 0; ;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += read == 0 ? throw new InvalidOperationException("The server has closed the connection.") : read;
            var head = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (head >= 0 && IsWhole(buffer.AsSpan(0, head), buffer.AsSpan(head + 4, length - head - 4)))
            {
                return ((buffer[9] - '0') * 100) + ((buffer[10] - '0') * 10) + buffer[11] - '0';
            }
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        var at = head.IndexOf("Content-Length: "u8);
        return at < 0
            ? body.EndsWith("0\r\n\r\n"u8)
            : System.Buffers.Text.Utf8Parser.TryParse(head[(at + 16)..], out int length, out _) && body.Length >= length;
    }
}

/// <summary>What the connections have seen; refused: 429 or 503, nothing was stored.</summary>
internal sealed record Load(int Answered, int Refused, IReadOnlyList<double> Milliseconds, TimeSpan Elapsed);
