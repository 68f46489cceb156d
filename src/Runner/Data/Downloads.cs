namespace TripletGpu.Runner.Data;

/// <summary>HTTPS for data sets: gives up soon where there is no network, and never trusts a length.</summary>
static class Downloads
{
    static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(5), StallTime = TimeSpan.FromSeconds(20);

    /// <summary>Downloads a file of at most so many bytes to <paramref name="to"/>.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached, or refuses.</exception>
    /// <exception cref="InvalidDataException">The file is larger, or stops coming.</exception>
    public static void Get(Uri from, Stream to, long mostBytes) =>
        GetAsync(from, to, mostBytes).GetAwaiter().GetResult();

    static async Task GetAsync(Uri from, Stream to, long mostBytes)
    {
        using HttpClient client = new(new SocketsHttpHandler { ConnectTimeout = ConnectTime });
        using CancellationTokenSource stalled = new(ConnectTime + StallTime);
        try
        {
            using HttpResponseMessage response =
                await client.GetAsync(from, HttpCompletionOption.ResponseHeadersRead, stalled.Token)
                    .ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            using Stream body = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);
            byte[] buffer = new byte[1 << 16];
            for (long total = 0; ;)
            {
                stalled.CancelAfter(StallTime);
                int read = await body.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
                if (read == 0) return;
                if ((total += read) > mostBytes) throw new InvalidDataException("it sends more than the file has");
                to.Write(buffer, 0, read);
            }
        }
        catch (OperationCanceledException e)
        {
            throw new InvalidDataException("it does not answer", e);
        }
    }
}
