using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Connections;

namespace PinScheduler.Ingestion;

/// <summary>A request's whole body, unpacked, in a pooled buffer whose size counts against the budget.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstGuess = 16 * 1024;

    private readonly InFlightBudget _budget;
    private long _taken;

    private RequestBody(InFlightBudget budget) => _budget = budget;

    public byte[] Bytes { get; private set; } = [];

    public int Length { get; private set; }

    /// <exception cref="IngestionException">Too large (413), packed in a way we do not unpack (415) or wrongly (400), no room now (429).</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, int limit, InFlightBudget budget, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();
        var packed = encoding switch
        {
            "" or "identity" => false,
            "gzip" or "x-gzip" => true,
            _ => throw new IngestionException(415, 415, $"Content-Encoding '{encoding}' is not understood: send the body plain or with gzip."),
        };
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        var body = new RequestBody(budget);
        try
        {
            await body.GrowAsync(packed || request.ContentLength is null ? Math.Min(FirstGuess, limit + 1) : (int)request.ContentLength + 1, cancellationToken);
            await using var unpacked = packed ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true) : request.Body;
            await body.FillAsync(unpacked, limit, cancellationToken);
            return body;
        }
        catch (InvalidDataException)
        {
            body.Dispose();
            throw IngestionException.Malformed("The body is not valid gzip, though Content-Encoding says so.");
        }
        catch (BadHttpRequestException exception)
        {
            body.Dispose();
            throw new IngestionException(exception.StatusCode, exception.StatusCode, exception.Message);
        }
        catch (ConnectionResetException)
        {
            body.Dispose();
            // nobody reads the answer, and what has not come of the body never will
            request.HttpContext.Abort();
            throw IngestionException.Malformed("The connection was cut before the body had come.");
        }
        catch (IOException exception)
        {
            body.Dispose();
            // what Kestrel says of chunks whose size is no number that there is
            throw IngestionException.Malformed($"The body cannot be read: {exception.Message}");
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (Bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(Bytes);
            Bytes = [];
        }

        _budget.Release(_taken);
        _taken = 0;
    }

    private async Task FillAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Length == Bytes.Length)
            {
                await GrowAsync((int)Math.Min(2L * Length, limit + 1L), cancellationToken);
            }

            var read = await stream.ReadAsync(Bytes.AsMemory(Length), cancellationToken);
            if (read == 0)
            {
                return;
            }

            Length += read;
            if (Length > limit)
            {
                throw TooLarge(limit);
            }
        }
    }

    private async Task GrowAsync(int size, CancellationToken cancellationToken)
    {
        if (!await _budget.TryTakeAsync(size, cancellationToken))
        {
            throw IngestionException.NoRoom("More is being sent than Kafka takes: wait and send the request again.");
        }

        var larger = ArrayPool<byte>.Shared.Rent(size);
        Bytes.AsSpan(0, Length).CopyTo(larger);
        if (Bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(Bytes);
            _budget.Release(_taken);
        }

        Bytes = larger;
        _taken = size;
    }

    private static IngestionException TooLarge(int limit) => IngestionException.TooLarge($"The body, unpacked, is larger than {limit} bytes ('Pipeline:MaxRequestBytes'): send fewer records a request.");
}
