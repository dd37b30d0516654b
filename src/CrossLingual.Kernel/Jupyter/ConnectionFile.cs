using System.Text.Json;

namespace CrossLingual.Kernel.Jupyter;

/// <summary>Where a front end waits for its kernel: the file that it names on the command line.</summary>
/// <param name="Transport">Kind of address; <c>tcp</c> is served.</param>
/// <param name="Ip">The address; nothing listens on any other.</param>
/// <param name="ShellPort">Port of requests.</param>
/// <param name="IopubPort">Port of what cells show.</param>
/// <param name="StdinPort">Port of questions to the user.</param>
/// <param name="ControlPort">Port of requests that do not wait: interrupt, shutdown.</param>
/// <param name="HbPort">Port of the heartbeat.</param>
/// <param name="Key">Key of the signatures; empty signs nothing.</param>
/// <param name="SignatureScheme">Kind of signature; <c>hmac-sha256</c> is served.</param>
public sealed record ConnectionFile(
    string Transport,
    string Ip,
    int ShellPort,
    int IopubPort,
    int StdinPort,
    int ControlPort,
    int HbPort,
    string Key,
    string SignatureScheme = "hmac-sha256")
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads the file.</summary>
    /// <exception cref="UserException">XL710: it is not there, or not a connection that can be served.</exception>
    public static ConnectionFile Read(string path)
    {
        ConnectionFile? read;
        try
        {
            read = JsonSerializer.Deserialize<ConnectionFile>(File.ReadAllText(path), Names);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UserException("XL710", $"{path}: no connection file ({e.Message}) A front end writes it and names it; install the kernel with 'xling kernel install' and start it there.", e);
        }

        return read is { Transport: "tcp", SignatureScheme: "hmac-sha256", Ip: not null, Key: not null } ? read
            : throw new UserException("XL710", $"{path}: transport '{read?.Transport}' with signature scheme '{read?.SignatureScheme}' is not served. Use tcp and hmac-sha256, which are Jupyter's defaults.");
    }

    /// <summary>The address of a port.</summary>
    public string Address(int port) => $"{Transport}://{Ip}:{port}";
}
