import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * From a credential to the first union query, with the JDK alone (17 or later): java FirstQuery.java
 * Needs ONENET_URL, ONENET_CLIENT and ONENET_SECRET. Prints the answer; read it with the JSON library of your choice.
 */
public class FirstQuery {
  private static final HttpClient http = HttpClient.newHttpClient();
  private static final String url = System.getenv("ONENET_URL");

  public static void main(String[] args) throws Exception {
    String query =
        "query Unions($place: ID) { organizations(filter: {place: $place, kinds: [UNION]}, first: 5) {"
            + " edges { node { name platformCode } } totalCount"
            + " completeness { asked answered notAsked { platform reason } missing { platform reason } resume } } }";
    String body = "{\"query\": \"" + query + "\", \"variables\": {\"place\": \"420000\"}}";
    System.out.println(post("/graphql", "application/json", "Bearer " + accessToken(), body));
  }

  private static String accessToken() throws Exception {
    String pair = System.getenv("ONENET_CLIENT") + ":" + System.getenv("ONENET_SECRET");
    String basic = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes("UTF-8"));
    String form = "application/x-www-form-urlencoded";
    String answer = post("/oauth/token", form, basic, "grant_type=client_credentials");
    var token = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"").matcher(answer);
    if (!token.find()) throw new IllegalStateException("The token endpoint gave no token.");
    return token.group(1);
  }

  private static String post(String path, String type, String authorization, String body)
      throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("content-type", type)
            .header("authorization", authorization)
            .POST(BodyPublishers.ofString(body))
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IllegalStateException(answer.body());
    return answer.body();
  }
}
