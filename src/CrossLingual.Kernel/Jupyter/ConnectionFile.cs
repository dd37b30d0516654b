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
    /// <summary>Reads the file.</summary>
    /// <exception cref="UserException">XL710: it is not there, or not a connection that can be served.</exception>
    public static ConnectionFile Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            var root = document.RootElement;
            JsonElement Of(string name) => root.TryGetProperty(name, out var value) ? value : throw new JsonException($"'{name}' is missing.");
            string Text(string name) => Of(name).GetString() ?? throw new JsonException($"'{name}' is null.");
            int Number(string name) => Of(name).GetInt32();
            var (transport, scheme) = (Text("transport"), Text("signature_scheme"));
            return transport == "tcp" && scheme == "hmac-sha256"
                ? new ConnectionFile(transport, Text("ip"), Number("shell_port"), Number("iopub_port"), Number("stdin_port"), Number("control_port"), Number("hb_port"), Text("key"), scheme)
                : throw new UserException("XL710", $"{path}: transport '{transport}' with signature scheme '{scheme}' is not served. Use tcp and hmac-sha256, which are Jupyter's defaults.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            throw new UserException("XL710", $"{path}: no connection file ({e.Message}) A front end writes it and names it; install the kernel with 'xling kernel install' and start it there.", e);
        }
    }

    /// <summary>The address of a port.</summary>
    public string Address(int port) => $"{Transport}://{Ip}:{port}";
}
