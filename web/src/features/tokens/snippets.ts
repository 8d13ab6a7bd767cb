/** How each CI sends a report; `PROJECT` and the token's place are filled by the reader. */
export interface Snippet {
  key: string;
  label: string;
  where: string;
  text: string;
}

/** Ready-made steps for a server at this address. */
export function snippets(origin: string, project: string): Snippet[] {
  const upload = `testflux upload results/output.xml --project ${project} --name nightly --environment staging`;
  return [
    {
      key: "github",
      label: "GitHub Actions",
      where: "a step of .github/workflows/*.yml; keep the token as the secret TESTFLUX_TOKEN",
      text: `- name: Send results to TestFlux
  if: always()
  env:
    TESTFLUX_URL: ${origin}
    TESTFLUX_TOKEN: \${{ secrets.TESTFLUX_TOKEN }}
  run: |
    pip install testflux
    ${upload}`,
    },
    {
      key: "gitlab",
      label: "GitLab CI",
      where: ".gitlab-ci.yml; keep the token as the masked variable TESTFLUX_TOKEN",
      text: `test:
  after_script:
    - pip install testflux
    - export TESTFLUX_URL=${origin}
    - ${upload}`,
    },
    {
      key: "jenkins",
      label: "Jenkins",
      where: "Jenkinsfile; keep the token as the secret text testflux-token",
      text: `post {
  always {
    withCredentials([string(credentialsId: 'testflux-token', variable: 'TESTFLUX_TOKEN')]) {
      sh 'pip install testflux'
      sh 'TESTFLUX_URL=${origin} ${upload}'
    }
  }
}`,
    },
    {
      key: "shell",
      label: "Shell",
      where: "any machine with curl",
      text: `curl -H "Authorization: Bearer $TESTFLUX_TOKEN" \\
  -F name=nightly -F environment=staging -F branch="$(git branch --show-current)" -F commit="$(git rev-parse HEAD)" \\
  -F files=@results/output.xml \\
  ${origin}/api/v1/projects/${project}/uploads`,
    },
  ];
}
