using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PinScheduler.Ingestion;
using PinScheduler.Tests.Kafka;

namespace PinScheduler.Tests.Ingestion;

/// <summary>PINSCHEDULER_BAD_REQUESTS sets how many are sent, PINSCHEDULER_BAD_SEED which.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private const int Connections = 8;

    private IngestionServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestionServer.StartAsync(EmbeddedBroker.Shared, "bad", 16);

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task Server_LosesAndLeaksNothing_WhateverIsSent()
    {
        var (requests, seed) = (Setting("PINSCHEDULER_BAD_REQUESTS", 10_000), Setting("PINSCHEDULER_BAD_SEED", 1));
        var stored = new ConcurrentDictionary<(int Partition, long Offset), string?>();
        var unknown = new ConcurrentBag<string>();
        var answers = new ConcurrentBag<(string Kind, int Status)>();

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => Task.Run(async () =>
        {
            var drawn = new BadRequests((seed * Connections) + connection, _server.Pin);
            for (var sent = connection; sent < requests; sent += Connections)
            {
                var request = drawn.Next();
                var answer = await SendAsync(request);
                answers.Add((request.Kind, answer.Status));
                if (answer.Status == 200)
                {
                    Keep(request, answer.Body, stored);
                }
                else if (answer.Status == 0)
                {
                    request.Values?.ToList().ForEach(unknown.Add);
                }
            }
        })));

        Assert.DoesNotContain(answers, answer => answer.Status >= 500);
        Assert.DoesNotContain(answers, answer => answer is { Kind: "valid" or "slow", Status: not 200 });
        Assert.True(answers.Count(answer => answer.Status is >= 400 and < 500) > requests / 3, "most are meant to be refused");
        await AssertNothingIsHeldAsync();
        var log = _server.Consume(_server.Pin).ToDictionary(record => (record.Partition.Value, record.Offset.Value), record => Encoding.UTF8.GetString(record.Message.Value ?? []));
        Assert.All(stored, place => Assert.Equal(place.Value ?? log[place.Key], log[place.Key]));
        // what is there beside has been sent whole, by one who did not wait for the answer
        var left = log.Where(place => !stored.ContainsKey(place.Key)).Select(place => place.Value).ToList();
        Assert.Equal(left.Count, left.Distinct().Count());
        Assert.Empty(left.Except(unknown));
    }

    [Fact]
    public async Task Server_GivesUp_OnABodyThatDoesNotCome()
    {
        var body = "{\"records\":[{\"value\":1}]}"u8.ToArray();
        var answer = await SendAsync(new BadRequest("stalled", [.. Encoding.ASCII.GetBytes($"POST /topics/{_server.Pin} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {IngestionServer.Json}\r\nContent-Length: {body.Length + 1}\r\n\r\n"), .. body], false, false, null));

        Assert.Equal(408, answer.Status);
        await AssertNothingIsHeldAsync();
        Assert.Empty(_server.Consume(_server.Pin));
    }

    private async Task AssertNothingIsHeldAsync()
    {
        var ingestor = _server.Services.GetRequiredService<Ingestor>();
        await IngestionServer.UntilAsync(() => _server.Services.GetRequiredService<IngestionEndpoints>().UnderWay == 0);
        Assert.Equal((0, 0), (ingestor.Bytes.Taken, ingestor.Records.Taken));
    }

    private static void Keep(BadRequest request, string body, ConcurrentDictionary<(int, long), string?> stored)
    {
        var offsets = JsonNode.Parse(body)!["offsets"]!.AsArray();
        Assert.Equal(request.Values?.Count ?? offsets.Count, offsets.Count);
        for (var i = 0; i < offsets.Count; i++)
        {
            Assert.True(stored.TryAdd(((int)offsets[i]!["partition"]!, (long)offsets[i]!["offset"]!), request.Values?[i]), $"{offsets[i]} was answered twice");
        }
    }

    /// <returns>Status 0: the connection was cut, by us or by the server.</returns>
    private async Task<(int Status, string Body)> SendAsync(BadRequest request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _server.Http.BaseAddress!.Port);
        using var read = new MemoryStream();
        try
        {
            for (var rest = request.Bytes.AsMemory(); rest.Length > 0;)
            {
                var piece = request.Slow ? Math.Min(rest.Length, 100) : rest.Length;
                rest = rest[await socket.SendAsync(rest[..piece])..];
                await Task.Yield();
            }

            if (request.Cut)
            {
                // a reset and no orderly end
                socket.LingerState = new LingerOption(true, 0);
                return default;
            }

            await using var stream = new NetworkStream(socket);
            await stream.CopyToAsync(read).WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // the server does not wait for the rest of what it has refused; its answer may have come all the same
        }

        return Parse(Encoding.UTF8.GetString(read.ToArray()));
    }

    private static (int Status, string Body) Parse(string answer)
    {
        if (answer.Split("\r\n\r\n", 2) is not [var head, var body])
        {
            return default;
        }

        return (int.Parse(head.Split(' ')[1], CultureInfo.InvariantCulture), head.Contains("chunked", StringComparison.OrdinalIgnoreCase) ? Unchunk(body) : body);
    }

    private static string Unchunk(string body)
    {
        var whole = new StringBuilder();
        for (var rest = body; rest.Split("\r\n", 2) is [var size, var after] && Convert.ToInt32(size, 16) is > 0 and var length; rest = after[(length + 2)..])
        {
            whole.Append(after.AsSpan(0, length));
        }

        return whole.ToString();
    }

    private static int Setting(string name, int fallback) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : fallback;
}
